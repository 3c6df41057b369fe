using System.Net.Sockets;
using TcpChat.Sessions;

namespace TcpChat.Core.Tests.Sessions;

/// <summary>A peer that has sent its last may still be answered.</summary>
public sealed class HalfCloseTests
{
    private readonly FakeTransport _transport = new();
    private readonly ManualTimeProvider _clock = new();

    [Fact]
    public async Task What_the_peer_sent_is_delivered_and_the_answer_is_sent()
    {
        ChatSession session = Start(TimeSpan.FromSeconds(10));
        _transport.Feed("question\nrest");
        _transport.FeedEnd();
        await session.WaitForStateAsync(ChatSessionState.HalfClosed).Within();

        Assert.Equal("question", (await session.ReceiveAsync().Within())?.Text);
        Assert.Equal("rest", (await session.ReceiveAsync().Within())?.Text);
        Assert.Null(await session.ReceiveAsync().Within());
        Assert.True(session.CanSend);
        await session.SendAsync("answer").Within();
        await session.CloseAsync(TimeSpan.FromSeconds(1)).Within();

        Assert.Equal("answer\n", _transport.SentText);
        Assert.True(_transport.ShutDown);
        Assert.Equal(CloseReason.PeerClosed, session.CloseReason);
    }

    [Fact]
    public async Task Without_time_for_answers_the_session_closes_at_once_and_keeps_what_it_received()
    {
        ChatSession session = Start(TimeSpan.Zero);
        _transport.Feed("a\nb\n");
        _transport.FeedEnd();

        await session.WaitForCloseAsync().Within();

        Assert.Equal(["a", "b"], await session.ReadToEndAsync());
    }

    [Fact]
    public async Task Without_an_answer_it_closes_when_the_time_is_over()
    {
        ChatSession session = Start(TimeSpan.FromSeconds(10));
        _transport.FeedEnd();
        await _clock.WaitForTimerAsync(TimeSpan.FromSeconds(10));
        _clock.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal(ChatSessionState.HalfClosed, session.State);

        _clock.Advance(TimeSpan.FromSeconds(1));

        await session.WaitForCloseAsync().Within();
        Assert.Equal(CloseReason.PeerClosed, session.CloseReason);
    }

    [Fact]
    public async Task Every_message_taken_or_sent_gives_the_time_anew()
    {
        ChatSession session = Start(TimeSpan.FromSeconds(10));
        _transport.Feed("a\n");
        _transport.FeedEnd();
        await _clock.WaitForTimerAsync(TimeSpan.FromSeconds(10));
        _clock.Advance(TimeSpan.FromSeconds(6));
        await session.ReceiveAsync().Within();
        _clock.Advance(TimeSpan.FromSeconds(4));
        await _clock.WaitForTimerAsync(TimeSpan.FromSeconds(6));
        Assert.Equal(ChatSessionState.HalfClosed, session.State);

        await session.SendAsync("b").Within();
        _clock.Advance(TimeSpan.FromSeconds(6));
        await _clock.WaitForTimerAsync(TimeSpan.FromSeconds(4));
        Assert.Equal(ChatSessionState.HalfClosed, session.State);

        _clock.Advance(TimeSpan.FromSeconds(4));
        await session.WaitForCloseAsync().Within();
        Assert.Equal("b\n", _transport.SentText);
    }

    [Fact]
    public async Task A_peer_that_turns_out_to_be_gone_is_not_waited_for()
    {
        ChatSession session = Start(TimeSpan.FromSeconds(10));
        _transport.FeedEnd();
        await _clock.WaitForTimerAsync(TimeSpan.FromSeconds(10));
        _transport.FailSends(new SocketException((int)SocketError.ConnectionReset));

        await Assert.ThrowsAnyAsync<IOException>(() => session.SendAsync("x").Within());

        await session.WaitForCloseAsync().Within();
    }

    [Fact]
    public async Task An_end_of_time_that_never_comes_waits_for_ever()
    {
        ChatSession session = Start(Timeout.InfiniteTimeSpan);
        _transport.FeedEnd();
        await session.WaitForStateAsync(ChatSessionState.HalfClosed).Within();
        await session.SendAsync("a").Within();
        _clock.Advance(TimeSpan.FromDays(1));
        await session.SendAsync("b").Within();
        await session.CloseAsync(TimeSpan.FromSeconds(1)).Within();

        Assert.Equal("a\nb\n", _transport.SentText);
    }

    private ChatSession Start(TimeSpan halfCloseTimeout) =>
        TestSession.Start(_transport, new SessionOptions { HalfCloseTimeout = halfCloseTimeout, TimeProvider = _clock });
}
