using System.Text;
using TcpChat.Errors;
using TcpChat.Framing;
using TcpChat.Sessions;

namespace TcpChat.Core.Tests.Sessions;

/// <summary>What a session and its messages say about themselves.</summary>
public sealed class SessionFactsTests
{
    private readonly FakeTransport _transport = new();
    private readonly ManualTimeProvider _clock = new();

    [Fact]
    public async Task Counters_count_both_ways()
    {
        ChatSession session = TestSession.Start(_transport);
        _transport.Feed("one\r\ntwo\n");
        _transport.FeedEnd();
        Assert.Equal(["one", "two"], await session.ReadToEndAsync());
        await session.WaitForCloseAsync().Within();

        Assert.Equal(2, session.MessagesReceived);
        Assert.Equal(9, session.BytesReceived);
        Assert.Equal(0, session.MessagesSent);
        Assert.Equal(0, session.BytesSent);
    }

    [Fact]
    public async Task A_message_that_can_be_taken_is_counted()
    {
        ChatSession session = TestSession.Open(_transport);
        List<long> counts = [];
        session.Inbox.Filled += () => counts.Add(session.MessagesReceived);
        session.Start();
        _transport.Feed("a\nb\n");
        _transport.FeedEnd();

        Assert.Equal(["a", "b"], await session.ReadToEndAsync());
        await session.WaitForCloseAsync().Within();
        Assert.Equal(1, counts[0]);
        Assert.Equal(2, session.MessagesReceived);
    }

    [Fact]
    public async Task Sent_messages_and_bytes_are_counted_with_their_framing()
    {
        ChatSession session = TestSession.Start(_transport, new SessionOptions { Framing = new LengthPrefixedFraming() });
        await session.SendAsync("a").Within();
        await session.SendAsync(new byte[] { 1, 2, 3 }).Within();
        await session.SendFramesAsync((byte[])[.. session.Wrap("x"), .. session.Wrap("y")], 2).Within();

        Assert.Equal(4, session.MessagesSent);
        Assert.Equal(5 + 7 + 10, session.BytesSent);
        Assert.Equal(22, _transport.Sent.Length);
    }

    [Fact]
    public async Task What_waits_to_be_sent_is_shown()
    {
        ChatSession session = TestSession.Start(_transport);
        _transport.HoldSends();
        await session.SendAsync("abc").Within();
        Assert.Equal(4, session.OutboxLength);
        Assert.Equal(0, session.BytesSent);
        _transport.LetSends();
        await session.CloseAsync(TimeSpan.FromSeconds(10)).Within();

        Assert.Equal(0, session.OutboxLength);
        Assert.Equal(4, session.BytesSent);
    }

    [Fact]
    public async Task A_dropped_message_is_counted()
    {
        ChatSession session = TestSession.Start(
            _transport, new SessionOptions { OutboxPolicy = OutboxPolicy.DropOldest, OutboxByteLimit = 4 });
        _transport.HoldSends();
        await session.SendAsync("1").Within();
        await _transport.WaitUntilHeldAsync();
        await session.SendFramesAsync("2\n3\n"u8.ToArray(), 2).Within();
        await session.SendAsync("4").Within();

        Assert.Equal(2, session.DroppedMessages);
    }

    [Fact]
    public async Task A_sender_waits_while_the_outbox_is_full()
    {
        ChatSession session = TestSession.Start(_transport, new SessionOptions { OutboxByteLimit = 2 });
        _transport.HoldSends();
        await session.SendAsync("1").Within();
        using CancellationTokenSource cancel = new();
        Task cancelled = session.SendAsync("cancelled", cancel.Token).AsTask();
        Task waiting = session.SendAsync("2").AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled.Within());
        Assert.False(waiting.IsCompleted);
        Assert.Equal(1, session.MessagesSent);
        _transport.LetSends();
        await waiting.Within();

        await session.CloseAsync(TimeSpan.FromSeconds(10)).Within();
        Assert.Equal("1\n2\n", _transport.SentText);
    }

    [Fact]
    public async Task A_waiting_sender_hears_of_the_end()
    {
        ChatSession session = TestSession.Start(_transport, new SessionOptions { OutboxByteLimit = 2 });
        _transport.HoldSends();
        await session.SendAsync("1").Within();
        Task waiting = session.SendAsync("2").AsTask();

        session.Abort();

        ChatException e = await Assert.ThrowsAsync<ChatException>(() => waiting.Within());
        Assert.Equal(ChatErrorCode.SessionClosed, e.Code);
    }

    [Fact]
    public async Task Times_come_from_the_clock()
    {
        DateTime start = _clock.GetUtcNow().UtcDateTime.ToLocalTime();
        ChatSession session = TestSession.Start(_transport, new SessionOptions { TimeProvider = _clock });
        _clock.Advance(TimeSpan.FromSeconds(1));
        _transport.Feed("a\n");
        ChatMessage? message = await session.ReceiveAsync().Within();
        _clock.Advance(TimeSpan.FromSeconds(1));
        await session.CloseAsync(TimeSpan.FromSeconds(1)).Within();

        Assert.Equal(start, session.ConnectedAt);
        Assert.Equal(start.AddSeconds(1), message?.ReceivedAt);
        Assert.Equal(start.AddSeconds(2), session.ClosedAt);
        Assert.Equal(DateTimeKind.Local, session.ConnectedAt.Kind);
    }

    [Fact]
    public async Task A_message_is_its_text_and_knows_where_it_came_from()
    {
        ChatSession session = TestSession.Start(_transport);
        _transport.Feed("\u4F60\u597D\r\n");
        ChatMessage? message = await session.ReceiveAsync().Within();

        Assert.NotNull(message);
        Assert.Equal("\u4F60\u597D", $"{message}");
        Assert.Equal("\u4F60\u597D"u8.ToArray(), message.Bytes);
        Assert.Same(session, message.Session);
        Assert.Equal("fake", message.Sender);
        Assert.Equal(1, message.Sequence);
        Assert.Equal("fake", $"{session}");
        session.UserName = "Ada";
        Assert.Equal("Ada", message.Sender);
    }

    [Fact]
    public async Task Invalid_bytes_are_counted_over_all_messages()
    {
        ChatSession session = TestSession.Start(_transport);
        _transport.Feed([new byte[] { 0xFF, (byte)'a', (byte)'\n', 0xC3, 0x28, (byte)'\n', (byte)'b', (byte)'\n' }]);
        _transport.FeedEnd();

        Assert.Equal(["\uFFFDa", "\uFFFD(", "b"], await session.ReadToEndAsync());
        Assert.Equal(2, session.InvalidBytes);
    }

    [Theory]
    [InlineData("utf-16")]
    [InlineData("utf-32")]
    [InlineData("iso-8859-1")]
    public async Task Text_goes_there_and_back_in_any_encoding(string encodingName)
    {
        Encoding encoding = Encoding.GetEncoding(encodingName);
        SessionOptions options = new() { Encoding = encoding, Framing = new LineFraming(encoding, LineEnding.CrLf) };
        ChatSession session = TestSession.StartEcho(_transport, options);
        byte[] stream = [.. session.Wrap("caf\u00E9"), .. session.Wrap("")];
        _transport.Feed(stream);
        _transport.FeedEnd();

        await session.WaitForCloseAsync().Within();

        Assert.Equal(encoding.GetBytes("caf\u00E9\r\n\r\n"), _transport.Sent);
    }

    [Fact]
    public async Task Text_that_cannot_be_sent_is_refused_and_nothing_of_it_is_sent()
    {
        ChatSession session = TestSession.Start(_transport, new SessionOptions { Encoding = Encoding.ASCII });

        ChatException e = await Assert.ThrowsAsync<ChatException>(async () => await session.SendAsync("smile \U0001F600").Within());

        Assert.Equal(ChatErrorCode.TextNotEncodable, e.Code);
        Assert.Empty(_transport.Sent);
        Assert.Equal(0, session.MessagesSent);
        Assert.Equal(ChatSessionState.Open, session.State);
    }

    [Fact]
    public async Task Taking_ends_on_cancellation_and_loses_nothing()
    {
        ChatSession session = TestSession.Start(_transport);
        using CancellationTokenSource cancel = new();
        Task<ChatMessage?> take = session.ReceiveAsync(cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => take.Within());
        _transport.Feed("a\n");

        Assert.Equal("a", (await session.ReceiveAsync().Within())?.Text);
    }

    [Fact]
    public async Task Every_session_has_a_number_of_its_own()
    {
        ChatSession[] sessions = await Task.WhenAll(
            Enumerable.Range(0, 20).Select(_ => Task.Run(() => TestSession.Open(new FakeTransport())))).Within();

        Assert.Equal(20, sessions.Select(s => s.Id).Distinct().Count());
    }
}
