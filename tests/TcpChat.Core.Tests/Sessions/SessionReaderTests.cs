using System.Net.Sockets;
using System.Text;
using TcpChat.Errors;
using TcpChat.Framing;
using TcpChat.Sessions;

namespace TcpChat.Core.Tests.Sessions;

public sealed class SessionReaderTests
{
    private readonly FakeTransport _transport = new();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public async Task A_refused_message_is_offered_again_and_none_is_lost(int refusals)
    {
        RecordingSink sink = new(refusals);
        _transport.Feed(["a\nb\nc"u8.ToArray(), "c\n\nlast"u8.ToArray()]);
        _transport.FeedEnd();
        SessionReader reader = Reader(sink);

        await reader.ReadToEndAsync(CancellationToken.None).Within();

        Assert.Equal(["a", "b", "cc", "", "last"], Texts(sink));
        Assert.Equal(5 * refusals, sink.WaitsForRoom);
        Assert.Equal(5, reader.Messages);
        Assert.Equal(12, reader.Bytes);
    }

    [Fact]
    public async Task Nothing_is_read_while_a_message_is_refused()
    {
        int readsWhileRefused = 0;
        TaskCompletionSource room = new();
        TaskCompletionSource refused = new();
        RecordingSink sink = new(refusals: 1)
        {
            OnWaitForRoom = async _ =>
            {
                refused.TrySetResult();
                await room.Task;
                readsWhileRefused = Math.Max(readsWhileRefused, _transport.Reads);
            },
        };
        _transport.Feed(["a\n"u8.ToArray(), "b\n"u8.ToArray()]);
        _transport.FeedEnd();
        Task reading = Reader(sink).ReadToEndAsync(CancellationToken.None);
        await refused.Task.Within();
        int readsBefore = _transport.Reads;
        room.SetResult();
        await reading.Within();

        Assert.Equal(2, readsBefore);
        Assert.Equal(["a", "b"], Texts(sink));
    }

    [Fact]
    public async Task The_end_of_a_read_is_told_once_after_all_its_messages()
    {
        RecordingSink sink = new();
        _transport.Feed(["a\nb\nc"u8.ToArray(), "\n"u8.ToArray(), "d"u8.ToArray()]);
        _transport.FeedEnd();

        await Reader(sink).ReadToEndAsync(CancellationToken.None).Within();

        Assert.Equal([2, 3, 3, 4], sink.EndsOfReads);
    }

    [Fact]
    public async Task What_was_read_before_a_failure_is_offered()
    {
        RecordingSink sink = new();
        _transport.Feed("a\nb\nunfinished");
        _transport.FeedFault(new SocketException((int)SocketError.ConnectionReset));

        await Assert.ThrowsAsync<SocketException>(() => Reader(sink).ReadToEndAsync(CancellationToken.None).Within());

        Assert.Equal(["a", "b"], Texts(sink));
    }

    [Fact]
    public async Task What_was_told_before_an_oversized_message_is_ended_as_a_read()
    {
        RecordingSink sink = new();
        _transport.Feed("a\nb\nfar too long\n");

        ChatException e = await Assert.ThrowsAsync<ChatException>(
            () => Reader(sink, maximum: 3).ReadToEndAsync(CancellationToken.None).Within());

        Assert.Equal(ChatErrorCode.MessageTooLarge, e.Code);
        Assert.Equal([2], sink.EndsOfReads);
    }

    [Fact]
    public async Task After_discarding_the_stream_is_read_to_its_end_and_offered_to_nobody()
    {
        RecordingSink sink = new();
        _transport.Feed(["a\nb"u8.ToArray(), "c\nrest"u8.ToArray()]);
        _transport.FeedEnd();
        SessionReader reader = Reader(sink);
        reader.Discard();

        await reader.ReadToEndAsync(CancellationToken.None).Within();

        Assert.Empty(sink.Messages);
        Assert.Equal(9, reader.Bytes);
        Assert.Equal(0, reader.Messages);
    }

    [Fact]
    public async Task Closing_ends_the_wait_for_room_and_reading_goes_on()
    {
        using CancellationTokenSource closing = new();
        RecordingSink sink = new(refusals: 1)
        {
            OnWaitForRoom = token =>
            {
                closing.Cancel();
                return ValueTask.FromCanceled(token);
            },
        };
        _transport.Feed(["a\n"u8.ToArray(), "b\n"u8.ToArray()]);
        _transport.FeedEnd();
        SessionReader reader = Reader(sink);

        await reader.ReadToEndAsync(closing.Token).Within();

        Assert.Empty(sink.Messages);
        Assert.Equal(4, reader.Bytes);
    }

    [Fact]
    public async Task A_sink_that_can_answer_no_more_turns_reading_into_discarding()
    {
        ChatException closed = new(ChatErrorCode.SessionClosed, "closed");
        RecordingSink sink = new() { OnEndOfRead = _ => ValueTask.FromException(closed) };
        _transport.Feed(["a\n"u8.ToArray(), "b\n"u8.ToArray()]);
        _transport.FeedEnd();
        SessionReader reader = Reader(sink);

        await reader.ReadToEndAsync(CancellationToken.None).Within();

        Assert.Equal(["a"], Texts(sink));
        Assert.Equal(4, reader.Bytes);
    }

    [Fact]
    public async Task A_raw_message_is_what_one_read_returned()
    {
        RecordingSink sink = new();
        _transport.Feed(["one"u8.ToArray(), "two\n"u8.ToArray()]);
        _transport.FeedEnd();

        await new SessionReader(_transport, new RawFraming(), sink, 100).ReadToEndAsync(CancellationToken.None).Within();

        Assert.Equal(["one", "two\n"], Texts(sink));
    }

    private SessionReader Reader(RecordingSink sink, int maximum = 100) => new(_transport, new LineFraming(), sink, maximum);

    private static IEnumerable<string> Texts(RecordingSink sink) => sink.Messages.Select(Encoding.UTF8.GetString);
}
