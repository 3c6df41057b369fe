using TcpChat.Sessions;

namespace TcpChat.Core.Tests.Sessions;

public sealed class CloseTests
{
    private readonly FakeTransport _transport = new();
    private readonly ManualTimeProvider _clock = new();

    [Fact]
    public async Task What_the_outbox_holds_is_sent_first()
    {
        ChatSession session = Start();
        _transport.HoldSends();
        await session.SendAsync("a").Within();
        await session.SendAsync("b").Within();
        Task closing = session.CloseAsync(TimeSpan.FromSeconds(5));
        await session.WaitForStateAsync(ChatSessionState.Closing).Within();
        Assert.False(closing.IsCompleted);

        _transport.LetSends();
        await closing.Within();

        Assert.Equal("a\nb\n", _transport.SentText);
        Assert.True(_transport.ShutDown);
        Assert.False(_transport.Aborted);
    }

    [Fact]
    public async Task A_peer_that_never_reads_is_cut_when_the_time_is_over()
    {
        ChatSession session = Start();
        _transport.HoldSends();
        await session.SendAsync("a").Within();
        Task closing = session.CloseAsync(TimeSpan.FromSeconds(5));
        await _clock.WaitForTimerAsync(TimeSpan.FromSeconds(5));
        Assert.False(closing.IsCompleted);

        _clock.Advance(TimeSpan.FromSeconds(5));

        await closing.Within();
        Assert.True(_transport.Aborted);
        Assert.Equal(CloseReason.LocalClosed, session.CloseReason);
    }

    [Fact]
    public async Task No_time_is_enough_when_nothing_waits()
    {
        ChatSession session = Start();

        await session.CloseAsync(TimeSpan.Zero).Within();

        Assert.True(_transport.ShutDown);
        Assert.False(_transport.Aborted);
    }

    [Fact]
    public async Task No_time_cuts_at_once_when_something_waits()
    {
        ChatSession session = Start();
        _transport.HoldSends();
        await session.SendAsync("a").Within();

        await session.CloseAsync(TimeSpan.Zero).Within();

        Assert.True(_transport.Aborted);
    }

    [Theory]
    [InlineData(60, 1)]
    [InlineData(1, 60)]
    public async Task Of_two_closes_the_one_with_less_time_decides(int first, int second)
    {
        ChatSession session = Start();
        _transport.HoldSends();
        await session.SendAsync("a").Within();
        Task firstClose = session.CloseAsync(TimeSpan.FromSeconds(first));
        await _clock.WaitForTimerAsync(TimeSpan.FromSeconds(first));
        Task secondClose = session.CloseAsync(TimeSpan.FromSeconds(second));
        await _clock.WaitForTimerAsync(TimeSpan.FromSeconds(second));

        _clock.Advance(TimeSpan.FromSeconds(1));

        await Task.WhenAll(firstClose, secondClose).Within();
        Assert.True(_transport.Aborted);
    }

    [Fact]
    public async Task The_peers_end_takes_no_time_away_from_a_close_under_way()
    {
        CompletionSink sink = new();
        ChatSession session = TestSession.Start(_transport, Options(), _ => sink);
        _transport.HoldSends();
        await session.SendAsync("a").Within();
        Task closing = session.CloseAsync(TimeSpan.FromSeconds(60));
        await _clock.WaitForTimerAsync(TimeSpan.FromSeconds(60));
        _transport.FeedEnd();
        await Bounded.EventuallyAsync(() => sink.Completions == 2);

        _clock.Advance(TimeSpan.FromSeconds(59));
        Assert.False(_transport.Aborted);
        _transport.LetSends();
        await closing.Within();

        Assert.Equal("a\n", _transport.SentText);
        Assert.False(_transport.Aborted);
    }

    [Fact]
    public async Task From_many_threads_at_once_it_closes_once()
    {
        for (int round = 0; round < 50; round++)
        {
            FakeTransport transport = new();
            ChatSession session = TestSession.Start(transport);
            int closed = 0;
            session.Closed += _ => Interlocked.Increment(ref closed);
            CloseReason[] reasons = [CloseReason.LocalClosed, CloseReason.ServerStopped, CloseReason.Rejected, CloseReason.HandlerFailed];
            transport.FeedEnd();

            await Task.WhenAll(Enumerable.Range(0, 16).Select(i => Task.Run(async () =>
            {
                if (i % 5 == 4)
                {
                    session.Abort(reasons[i % 4]);
                }

                await session.CloseAsync(TimeSpan.FromSeconds(10), reasons[i % 4]);
            }))).Within();

            CloseReason? reason = session.CloseReason;
            Assert.NotNull(reason);
            await transport.WaitUntilAsync(t => t.Disposed || t.Aborted);
            Assert.Equal(reason, session.CloseReason);
            Assert.Equal(ChatSessionState.Closed, session.State);
            Assert.Equal(1, closed);
        }
    }

    [Fact]
    public async Task Those_who_are_told_hear_of_it_before_those_who_wait()
    {
        ChatSession session = Start();
        Task wait = session.WaitForCloseAsync();
        bool waitWasOver = true;
        ChatSessionState state = default;
        session.Closed += s => (waitWasOver, state) = (wait.IsCompleted, s.State);

        await session.CloseAsync(TimeSpan.FromSeconds(5)).Within();
        await wait.Within();

        Assert.False(waitWasOver);
        Assert.Equal(ChatSessionState.Closed, state);
    }

    [Fact]
    public async Task The_connection_goes_when_the_peer_has_closed_too()
    {
        ChatSession session = Start();
        await session.CloseAsync(TimeSpan.FromSeconds(5)).Within();
        await _clock.WaitForTimerAsync(session.Options.LingerTimeout);
        Assert.False(_transport.Disposed);

        _transport.Feed("too late\n");
        _transport.FeedEnd();

        await _transport.WaitUntilAsync(t => t.Disposed);
        Assert.False(_transport.Aborted);
        Assert.Equal(0, session.InboxLength);
    }

    [Fact]
    public async Task A_peer_that_does_not_close_is_not_waited_for_beyond_the_limit()
    {
        ChatSession session = Start();
        await session.CloseAsync(TimeSpan.FromSeconds(5)).Within();
        await _clock.WaitForTimerAsync(session.Options.LingerTimeout);

        _clock.Advance(session.Options.LingerTimeout);

        await _transport.WaitUntilAsync(t => t.Disposed);
    }

    [Fact]
    public async Task A_state_that_is_past_never_comes_back()
    {
        ChatSession session = Start();
        await session.CloseAsync(TimeSpan.FromSeconds(5)).Within();
        _transport.FeedEnd();
        await _transport.WaitUntilAsync(t => t.Disposed);

        Assert.Equal(ChatSessionState.Closed, session.State);
        await session.WaitForStateAsync(ChatSessionState.HalfClosed).Within();
    }

    [Fact]
    public async Task What_was_received_can_be_taken_and_nothing_comes_after_it()
    {
        ChatSession session = Start();
        _transport.Feed("a\nb\n");
        await Bounded.EventuallyAsync(() => session.InboxLength == 2);
        await session.CloseAsync(TimeSpan.FromSeconds(5)).Within();
        _transport.Feed("c\n");
        _transport.FeedEnd();
        await _transport.WaitUntilAsync(t => t.Disposed);

        Assert.Equal(["a", "b"], await session.ReadToEndAsync());
    }

    [Theory]
    [InlineData(-20_000)]
    [InlineData(long.MinValue)]
    [InlineData(long.MaxValue)]
    public async Task A_time_that_no_clock_has_is_refused_and_closes_nothing(long ticks)
    {
        ChatSession session = Start();

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => session.CloseAsync(TimeSpan.FromTicks(ticks)).Within());

        Assert.Equal(ChatSessionState.Open, session.State);
        await session.CloseAsync(Timeout.InfiniteTimeSpan).Within();
    }

    private ChatSession Start() => TestSession.Start(_transport, Options());

    private SessionOptions Options() => new() { TimeProvider = _clock };

    /// <summary>Counts how often it is told that no message will come.</summary>
    private sealed class CompletionSink : SessionSink
    {
        private int _completions;

        public int Completions => Volatile.Read(ref _completions);

        public override bool Offer(ReadOnlySpan<byte> payload) => true;

        public override ValueTask WaitForRoomAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

        public override void Complete() => Interlocked.Increment(ref _completions);
    }
}
