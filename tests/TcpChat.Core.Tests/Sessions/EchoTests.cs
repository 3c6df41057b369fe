using System.Net.Sockets;
using TcpChat.Framing;
using TcpChat.Sessions;

namespace TcpChat.Core.Tests.Sessions;

public sealed class EchoTests
{
    private readonly FakeTransport _transport = new();

    [Fact]
    public async Task Every_message_comes_back_and_the_session_ends_after_the_peer()
    {
        ChatSession session = TestSession.StartEcho(_transport);
        _transport.Feed(["a\r\nb"u8.ToArray(), "c\n\nrest"u8.ToArray()]);
        _transport.FeedEnd();

        await session.WaitForCloseAsync().Within();

        Assert.Equal("a\nbc\n\nrest\n", _transport.SentText);
        Assert.True(_transport.ShutDown);
        Assert.Equal(CloseReason.PeerClosed, session.CloseReason);
        Assert.Equal(4, session.MessagesReceived);
        Assert.Equal(4, session.MessagesSent);
    }

    [Fact]
    public async Task The_answers_to_one_read_go_out_together()
    {
        ChatSession session = TestSession.StartEcho(_transport);
        _transport.HoldSends();
        _transport.Feed("a\nb\nc\n");
        await _transport.WaitUntilHeldAsync();

        Assert.Equal(1, _transport.Refusals);
        Assert.Equal(6, session.OutboxLength);
        Assert.Equal(3, session.MessagesSent);
        _transport.LetSends();
        _transport.FeedEnd();
        await session.WaitForCloseAsync().Within();
        Assert.Equal(1, _transport.SendCalls);
    }

    [Fact]
    public async Task A_peer_that_does_not_read_is_not_read_from()
    {
        ChatSession session = TestSession.StartEcho(_transport, new SessionOptions { OutboxByteLimit = 4 });
        _transport.HoldSends();
        _transport.Feed(["a\n"u8.ToArray(), "b\n"u8.ToArray(), "c\n"u8.ToArray(), "d\n"u8.ToArray()]);
        _transport.FeedEnd();
        await _transport.WaitUntilHeldAsync();
        await _transport.WaitUntilAsync(t => t.Reads == 6);
        _transport.LetSends();

        await session.WaitForCloseAsync().Within();

        Assert.Equal("a\nb\nc\nd\n", _transport.SentText);
    }

    [Fact]
    public async Task Much_in_one_read_comes_back_in_order()
    {
        ChatSession session = TestSession.StartEcho(_transport, new SessionOptions { OutboxByteLimit = 70_000 });
        string stream = string.Concat(Enumerable.Range(0, 60_000).Select(i => $"{i}\n"));
        _transport.LimitRoom(100);
        _transport.Feed(stream);
        _transport.FeedEnd();

        await session.WaitForCloseAsync().Within();

        Assert.Equal(stream, _transport.SentText);
        Assert.Equal(60_000, session.MessagesSent);
    }

    [Fact]
    public async Task A_message_larger_than_a_batch_comes_back()
    {
        MessageFraming framing = new LengthPrefixedFraming();
        ChatSession session = TestSession.StartEcho(_transport, new SessionOptions { Framing = framing });
        byte[] large = new byte[300_000];
        Random.Shared.NextBytes(large);
        byte[] stream = [.. framing.Wrap("a"u8), .. framing.Wrap(large), .. framing.Wrap([]), .. framing.Wrap("b"u8)];
        _transport.Feed(stream);
        _transport.FeedEnd();

        await session.WaitForCloseAsync().Within();

        Assert.Equal(stream, _transport.Sent);
    }

    [Fact]
    public async Task Closing_ends_the_wait_for_a_peer_that_does_not_read()
    {
        ManualTimeProvider clock = new();
        ChatSession session = TestSession.StartEcho(_transport, new SessionOptions { OutboxByteLimit = 2, TimeProvider = clock });
        _transport.HoldSends();
        _transport.Feed(["a\n"u8.ToArray(), "b\n"u8.ToArray()]);
        await _transport.WaitUntilAsync(t => t.Reads == 4);
        Task closing = session.CloseAsync(TimeSpan.FromSeconds(3));
        await clock.WaitForTimerAsync(TimeSpan.FromSeconds(3));

        clock.Advance(TimeSpan.FromSeconds(3));

        await closing.Within();
        Assert.True(_transport.Aborted);
        Assert.Equal(CloseReason.LocalClosed, session.CloseReason);
    }

    [Fact]
    public async Task What_came_before_a_message_too_large_is_answered()
    {
        ChatSession session = TestSession.StartEcho(_transport, new SessionOptions { MaximumMessageSize = 3 });
        _transport.Feed("a\nb\nabcd\nc\n");
        _transport.FeedEnd();

        await session.WaitForCloseAsync().Within();

        Assert.Equal("a\nb\n", _transport.SentText);
        Assert.Equal(CloseReason.MessageTooLarge, session.CloseReason);
        Assert.False(_transport.Aborted);
    }

    [Fact]
    public async Task A_peer_that_takes_no_answer_is_read_to_its_end()
    {
        ChatSession session = TestSession.StartEcho(_transport);
        _transport.FailSends(new SocketException((int)SocketError.ConnectionReset));
        _transport.Feed(["a\n"u8.ToArray(), "b\n"u8.ToArray()]);
        await _transport.WaitUntilAsync(t => t.Reads == 5);
        Assert.Equal(ChatSessionState.Open, session.State);
        _transport.FeedEnd();

        await session.WaitForCloseAsync().Within();

        Assert.Equal(CloseReason.PeerReset, session.CloseReason);
        Assert.Equal(4, session.BytesReceived);
    }
}
