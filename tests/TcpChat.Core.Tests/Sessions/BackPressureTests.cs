using System.Net.Sockets;
using TcpChat.Sessions;
using TcpChat.Threading;

namespace TcpChat.Core.Tests.Sessions;

/// <summary>A full inbox stops the reading, and loses nothing.</summary>
public sealed class BackPressureTests
{
    private readonly FakeTransport _transport = new();
    private readonly Pulse _arrived = new();
    private int _arrivals;

    [Fact]
    public async Task A_full_inbox_stops_the_reading_until_half_of_it_is_taken()
    {
        ChatSession session = Start(inboxLimit: 4);
        FeedLines(10);
        _transport.FeedEnd();

        // The fifth is read, and refused.
        await WaitForArrivalsAsync(5);
        Assert.Equal(4, session.InboxLength);
        Assert.Equal(10, _transport.Reads);
        Assert.Equal("0", (await session.ReceiveAsync().Within())?.Text);
        Assert.Equal(10, _transport.Reads);
        Assert.Equal(5, _arrivals);
        Assert.Equal("1", (await session.ReceiveAsync().Within())?.Text);
        await WaitForArrivalsAsync(7);

        Assert.Equal(Enumerable.Range(2, 8).Select(i => $"{i}"), await session.ReadToEndAsync());
        await session.WaitForCloseAsync().Within();
        Assert.Equal(10, session.MessagesReceived);
    }

    [Fact]
    public async Task A_slow_taker_gets_every_message_once_and_in_order()
    {
        ChatSession session = Start(inboxLimit: 3);
        FeedLines(500);
        _transport.FeedEnd();

        List<ChatMessage> taken = [];
        while (await session.ReceiveAsync().Within() is { } message)
        {
            taken.Add(message);
            Assert.InRange(session.InboxLength, 0, 3);
        }

        Assert.Equal(Enumerable.Range(0, 500).Select(i => $"{i}"), taken.Select(m => m.Text));
        Assert.Equal(Enumerable.Range(1, 500).Select(i => (long)i), taken.Select(m => m.Sequence));
    }

    [Fact]
    public async Task What_was_read_before_a_reset_can_be_taken_although_the_inbox_was_full()
    {
        ChatSession session = Start(inboxLimit: 2);
        _transport.Feed("a\nb\nc\nd\ne\n");
        _transport.FeedFault(new SocketException((int)SocketError.ConnectionReset));
        await WaitForArrivalsAsync(3);

        Assert.Equal(["a", "b", "c", "d", "e"], await session.ReadToEndAsync());
        await session.WaitForCloseAsync().Within();
        Assert.Equal(CloseReason.PeerReset, session.CloseReason);
    }

    [Fact]
    public async Task Closing_reads_on_to_the_end_and_keeps_what_was_taken_in()
    {
        ChatSession session = Start(inboxLimit: 2);
        FeedLines(10);
        await WaitForArrivalsAsync(3);

        await session.CloseAsync(TimeSpan.FromSeconds(10)).Within();
        _transport.FeedEnd();
        await _transport.WaitUntilAsync(t => t.Disposed);

        Assert.Equal(["0", "1"], await session.ReadToEndAsync());
        Assert.Equal(20, session.BytesReceived);
    }

    [Fact]
    public async Task A_character_cut_in_two_survives_a_full_inbox_in_raw()
    {
        ChatSession session = Start(inboxLimit: 1, raw: true);
        _transport.Feed([new byte[] { (byte)'a', 0xE4 }, new byte[] { 0xBD }, new byte[] { 0xA0, 0xE5 }, new byte[] { 0xA5, 0xBD }]);
        _transport.FeedEnd();
        await WaitForArrivalsAsync(2);

        Assert.Equal(["a", "", "\u4F60", "\u597D"], await session.ReadToEndAsync());
        Assert.Equal(0, session.InvalidBytes);
    }

    private ChatSession Start(int inboxLimit, bool raw = false)
    {
        SessionOptions options = new() { InboxLimit = inboxLimit };
        return TestSession.Start(_transport, raw ? options with { Framing = new TcpChat.Framing.RawFraming() } : options, arrived: () =>
        {
            Interlocked.Increment(ref _arrivals);
            _arrived.Fire();
        });
    }

    private void FeedLines(int count) =>
        _transport.Feed(Enumerable.Range(0, count).Select(i => new ReadOnlyMemory<byte>(System.Text.Encoding.UTF8.GetBytes($"{i}\n"))));

    private Task WaitForArrivalsAsync(int count) =>
        _arrived.WaitUntilAsync(() => Volatile.Read(ref _arrivals) >= count, CancellationToken.None).Within();
}
