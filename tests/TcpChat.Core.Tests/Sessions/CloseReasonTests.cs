using System.Net.Sockets;
using TcpChat.Errors;
using TcpChat.Framing;
using TcpChat.Sessions;

namespace TcpChat.Core.Tests.Sessions;

/// <summary>A session says why it ended: the first cause, and no later one.</summary>
public sealed class CloseReasonTests
{
    private static readonly TimeSpan s_time = TimeSpan.FromSeconds(10);

    private readonly FakeTransport _transport = new();

    [Fact]
    public async Task An_open_session_has_none()
    {
        ChatSession session = TestSession.Start(_transport);
        _transport.Feed("a\n");

        await session.ReceiveAsync().Within();

        Assert.Null(session.CloseReason);
        Assert.Null(session.ClosedAt);
        Assert.Equal(ChatSessionState.Open, session.State);
    }

    [Fact]
    public async Task The_peer_closed()
    {
        ChatSession session = TestSession.Start(_transport);
        _transport.FeedEnd();

        await AssertEndsAsync(session, CloseReason.PeerClosed);
        Assert.True(_transport.ShutDown);
        Assert.Null(session.Error);
    }

    [Fact]
    public async Task This_side_closed()
    {
        ChatSession session = TestSession.Start(_transport);

        await session.CloseAsync(s_time).Within();

        await AssertEndsAsync(session, CloseReason.LocalClosed);
        Assert.False(_transport.Aborted);
    }

    [Fact]
    public async Task This_side_cut_the_connection()
    {
        ChatSession session = TestSession.Start(_transport);

        session.Dispose();

        await AssertEndsAsync(session, CloseReason.LocalClosed);
        Assert.True(_transport.Aborted);
    }

    [Theory]
    [InlineData(SocketError.ConnectionReset, CloseReason.PeerReset)]
    [InlineData(SocketError.ConnectionAborted, CloseReason.PeerReset)]
    [InlineData(SocketError.Shutdown, CloseReason.PeerReset)]
    [InlineData(SocketError.TimedOut, CloseReason.KeepAliveFailed)]
    [InlineData(SocketError.HostUnreachable, CloseReason.KeepAliveFailed)]
    [InlineData(SocketError.NetworkUnreachable, CloseReason.KeepAliveFailed)]
    public async Task Reading_failed(SocketError error, CloseReason expected)
    {
        ChatSession session = TestSession.Start(_transport);
        SocketException fault = new((int)error);
        _transport.FeedFault(fault);

        await AssertEndsAsync(session, expected);
        Assert.Same(fault, session.Error);
    }

    [Theory]
    [InlineData(SocketError.ConnectionReset, CloseReason.PeerReset)]
    [InlineData(SocketError.TimedOut, CloseReason.KeepAliveFailed)]
    public async Task Sending_failed_and_what_the_peer_had_sent_is_still_read(SocketError error, CloseReason expected)
    {
        ChatSession session = TestSession.Start(_transport);
        SocketException fault = new((int)error);
        _transport.FailSends(fault);
        ChatException e = await Assert.ThrowsAsync<ChatException>(() => session.SendAsync("x").Within());
        _transport.Feed("last words\n");
        _transport.FeedEnd();

        Assert.Equal(ChatErrorCode.SessionClosed, e.Code);
        Assert.Same(fault, e.InnerException);
        Assert.Equal(["last words"], await session.ReadToEndAsync());
        await AssertEndsAsync(session, expected);
        Assert.Same(fault, session.Error);
    }

    [Fact]
    public async Task A_later_send_failed()
    {
        ChatSession session = TestSession.Start(_transport);
        _transport.HoldSends();
        await session.SendAsync("x").Within();
        await _transport.WaitUntilHeldAsync();
        _transport.FailSends(new SocketException((int)SocketError.ConnectionReset));
        await Bounded.EventuallyAsync(() => session.CloseReason is not null);
        _transport.FeedEnd();

        await AssertEndsAsync(session, CloseReason.PeerReset);
    }

    [Fact]
    public async Task A_message_was_too_large()
    {
        ChatSession session = TestSession.Start(_transport, new SessionOptions { MaximumMessageSize = 3 });
        _transport.Feed("abc\nabcd\nabc\n");
        _transport.FeedEnd();

        await AssertEndsAsync(session, CloseReason.MessageTooLarge);
        Assert.Equal(["abc"], await session.ReadToEndAsync());
        Assert.Equal(ChatErrorCode.MessageTooLarge, Assert.IsType<ChatException>(session.Error).Code);
    }

    [Fact]
    public async Task A_session_with_a_message_too_large_closes_in_order_and_reads_on()
    {
        ChatSession session = TestSession.Start(_transport, new SessionOptions { MaximumMessageSize = 3 });
        _transport.Feed("abcd\n");

        await AssertEndsAsync(session, CloseReason.MessageTooLarge);
        _transport.Feed("more\n");
        _transport.FeedEnd();
        await _transport.WaitUntilAsync(t => t.Disposed);

        Assert.True(_transport.ShutDown);
        Assert.False(_transport.Aborted);
        Assert.Equal(10, session.BytesReceived);
    }

    [Fact]
    public async Task The_peer_broke_the_framing()
    {
        ChatSession session = TestSession.Start(_transport, new SessionOptions { Framing = new LengthPrefixedFraming() });
        _transport.Feed([new byte[] { 0, 0, 0, 9, 1 }]);
        _transport.FeedEnd();

        await AssertEndsAsync(session, CloseReason.ProtocolError);
        Assert.Equal(ChatErrorCode.ProtocolViolation, Assert.IsType<ChatException>(session.Error).Code);
    }

    [Fact]
    public async Task The_peer_did_not_read()
    {
        ChatSession session = TestSession.Start(
            _transport, new SessionOptions { OutboxPolicy = OutboxPolicy.Disconnect, OutboxByteLimit = 4 });
        _transport.HoldSends();
        await session.SendAsync("abc").Within();

        ChatException e = await Assert.ThrowsAsync<ChatException>(() => session.SendAsync("d").Within());

        Assert.Equal(ChatErrorCode.SessionClosed, e.Code);
        await AssertEndsAsync(session, CloseReason.SlowReader);
        Assert.True(_transport.Aborted);
    }

    [Fact]
    public async Task The_reason_given_is_kept()
    {
        ChatSession session = TestSession.Start(_transport);

        await session.CloseAsync(s_time, CloseReason.ServerStopped).Within();

        await AssertEndsAsync(session, CloseReason.ServerStopped);
    }

    [Fact]
    public async Task A_reset_after_the_peers_close_changes_nothing()
    {
        ChatSession session = TestSession.Start(_transport, new SessionOptions { HalfCloseTimeout = s_time });
        _transport.FeedEnd();
        await session.WaitForStateAsync(ChatSessionState.HalfClosed).Within();
        _transport.FailSends(new SocketException((int)SocketError.ConnectionReset));
        await Assert.ThrowsAsync<ChatException>(() => session.SendAsync("x").Within());

        await AssertEndsAsync(session, CloseReason.PeerClosed);
    }

    [Fact]
    public async Task The_peers_close_after_this_sides_changes_nothing()
    {
        ChatSession session = TestSession.Start(_transport);
        await session.CloseAsync(s_time).Within();
        _transport.FeedEnd();
        await _transport.WaitUntilAsync(t => t.Disposed);

        await AssertEndsAsync(session, CloseReason.LocalClosed);
    }

    [Fact]
    public async Task Cutting_after_a_close_that_gives_another_reason_changes_nothing()
    {
        ChatSession session = TestSession.Start(_transport);
        _transport.HoldSends();
        await session.SendAsync("x").Within();
        Task closing = session.CloseAsync(s_time, CloseReason.ServerStopped);
        await session.WaitForStateAsync(ChatSessionState.Closing).Within();

        session.Abort();
        await closing.Within();

        await AssertEndsAsync(session, CloseReason.ServerStopped);
    }

    [Fact]
    public async Task A_send_in_order_after_the_end_says_why_it_is_refused()
    {
        ChatSession session = TestSession.Start(_transport);
        session.Abort(CloseReason.Rejected);

        // The call itself does not throw: what it has to say is in its task, whenever it fails.
        ValueTask send = session.SendAsync("x");
        ChatException e = await Assert.ThrowsAsync<ChatException>(() => send.Within());

        Assert.Equal(ChatErrorCode.SessionClosed, e.Code);
        Assert.Contains(nameof(CloseReason.Rejected), e.Message, StringComparison.Ordinal);
    }

    private static async Task AssertEndsAsync(ChatSession session, CloseReason expected)
    {
        await session.WaitForCloseAsync().Within();
        Assert.Equal(expected, session.CloseReason);
        Assert.Equal(ChatSessionState.Closed, session.State);
        Assert.NotNull(session.ClosedAt);
        Assert.False(session.CanSend);
    }
}
