using System.Net.Sockets;
using System.Text;
using TcpChat.Clients;
using TcpChat.Errors;
using TcpChat.Framing;
using TcpChat.Patterns;
using TcpChat.Sessions;

namespace TcpChat.Core.Tests.Sessions;

/// <summary>A session that makes its connection anew, over fake wires.</summary>
public sealed class ReconnectTests
{
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);
    private static readonly SocketException s_reset = new((int)SocketError.ConnectionReset);
    private static readonly ReconnectPolicy s_policy = new() { Delay = s_second, MaximumDelay = s_second * 4, Limit = 3 };

    private readonly ManualTimeProvider _clock = new();
    private readonly FakeDialer _dialer = new();
    private readonly FakeTransport _first = new();

    public static TheoryData<string> Losses => ["PeerClosed", "PeerReset", "KeepAliveFailed"];

    [Theory]
    [MemberData(nameof(Losses))]
    public async Task A_lost_connection_is_made_again_in_the_same_session(string cause)
    {
        using ChatSession session = Start();
        _first.Feed("one\n");
        FakeTransport second = _dialer.Ready();

        Lose(cause);
        await session.WaitForStateAsync(ChatSessionState.Reconnecting).Within();
        Assert.Equal(ChatSessionState.Reconnecting, session.State);
        Assert.Null(session.CloseReason);
        Assert.True(session.CanSend);
        await PassAsync(1);
        await session.WaitForStateAsync(ChatSessionState.Open).Within();
        second.Feed("two\n");
        await session.SendAsync("three").Within();

        Assert.Equal("one", (await session.ReceiveAsync().Within())!.Text);
        ChatMessage message = (await session.ReceiveAsync().Within())!;
        Assert.Equal(("two", 2L), (message.Text, message.Sequence));
        Assert.Equal("three\n", second.SentText);
        Assert.Equal(1, session.ReconnectCount);
        Assert.Equal(0, session.ReconnectAttempt);
        Assert.Equal(2, session.MessagesReceived);
        Assert.Equal(8, session.BytesReceived);
        Assert.Null(session.Error);
        Assert.True(_first.Disposed || _first.Aborted);
    }

    [Fact]
    public async Task A_peer_that_closes_in_order_is_left_in_order()
    {
        using ChatSession session = Start();
        _dialer.Hold();
        _first.FeedEnd();

        await _first.WaitUntilAsync(t => t.Disposed);

        Assert.False(_first.Aborted);
    }

    [Fact]
    public async Task What_is_sent_without_a_connection_waits_and_is_sent_in_order()
    {
        using ChatSession session = Start();
        _first.FeedFault(s_reset);
        await session.WaitForStateAsync(ChatSessionState.Reconnecting).Within();
        for (int i = 0; i < 100; i++)
        {
            await session.SendAsync($"{i}").Within();
        }

        Assert.Equal(190 + 100, session.OutboxLength);
        FakeTransport second = _dialer.Ready();
        await PassAsync(1);

        string expected = string.Concat(Enumerable.Range(0, 100).Select(i => $"{i}\n"));
        await second.WaitUntilAsync(t => t.SentText.Length >= expected.Length);
        Assert.Equal(expected, second.SentText);
        Assert.Equal("", _first.SentText);
        Assert.Equal(100, session.MessagesSent);
        Assert.Equal(0, session.UnsentMessages);
    }

    [Fact]
    public async Task A_session_says_that_it_reconnects_only_when_nothing_goes_over_the_lost_connection_any_more()
    {
        using ChatSession session = Start();
        ChatSessionState during = default;
        _first.OnTrySend = () =>
        {
            // The loss is noticed while a send has the connection in hand.
            _first.FeedFault(s_reset);
            Assert.True(SpinWait.SpinUntil(() => session.Error == s_reset, TimeSpan.FromSeconds(20)));

            // Whoever has noted it has left the session's lock with this.
            _ = session.Released;
            during = session.State;
        };

        await session.SendAsync("sent").Within();
        await session.WaitForStateAsync(ChatSessionState.Reconnecting).Within();
        await session.SendAsync("waits").Within();

        Assert.Equal(ChatSessionState.Open, during);
        Assert.Equal("sent\n", _first.SentText);
        Assert.Equal(6, session.OutboxLength);
    }

    [Fact]
    public async Task A_send_that_finds_the_connection_gone_waits_for_the_next()
    {
        using ChatSession session = Start();
        _first.FailSends(s_reset);
        await session.SendAsync("a").Within();
        Assert.Equal(ChatSessionState.Reconnecting, session.State);
        Assert.Same(s_reset, session.Error);
        FakeTransport second = _dialer.Ready();

        // What came before the loss is read first.
        _first.Feed("last\n");
        _first.FeedFault(s_reset);
        await PassAsync(1);

        await second.WaitUntilAsync(t => t.SentText == "a\n");
        Assert.Equal("last", (await session.ReceiveAsync().Within())!.Text);
    }

    [Fact]
    public async Task A_message_that_was_sent_in_part_is_sent_again_whole()
    {
        using ChatSession session = Start();
        _first.HoldSends();
        _first.LimitRoom(3);
        await session.SendAsync("first").Within();
        await session.SendAsync("second").Within();
        await _first.WaitUntilHeldAsync();
        FakeTransport second = _dialer.Ready();

        _first.FeedFault(s_reset);
        await PassAsync(1);

        await second.WaitUntilAsync(t => t.SentText == "first\nsecond\n");
        Assert.Equal("fir", _first.SentText);
        Assert.True(_first.Aborted);
    }

    [Fact]
    public async Task The_half_message_of_the_lost_connection_is_dropped_and_counted()
    {
        using ChatSession session = Start();
        _first.Feed("one\nunfini");
        FakeTransport second = _dialer.Ready();
        _first.FeedEnd();
        await PassAsync(1);
        second.Feed("shed\n");

        Assert.Equal("one", (await session.ReceiveAsync().Within())!.Text);
        Assert.Equal("shed", (await session.ReceiveAsync().Within())!.Text);
        Assert.Equal(6, session.DiscardedBytes);
    }

    [Fact]
    public async Task A_length_cut_in_two_breaks_no_rule()
    {
        using ChatSession session = Start(new SessionOptions { Framing = new LengthPrefixedFraming(), TimeProvider = _clock });
        _first.Feed((ReadOnlyMemory<byte>[])[new byte[] { 0, 0, 0, 9, 1 }]);
        FakeTransport second = _dialer.Ready();
        _first.FeedEnd();
        await PassAsync(1);
        second.Feed((ReadOnlyMemory<byte>[])[new byte[] { 0, 0, 0, 1, 65 }]);

        Assert.Equal("A", (await session.ReceiveAsync().Within())!.Text);
        Assert.Equal(5, session.DiscardedBytes);
    }

    [Fact]
    public async Task What_was_found_in_the_half_message_of_the_lost_connection_cannot_be_taken_from_the_next()
    {
        using ChatSession session = Start();
        _first.Feed("login: ");
        await Bounded.EventuallyAsync(() => session.PeekText() == "login: ");
        PatternFinding finding = session.TryFind(new PatternSet(["login: "]))!;
        FakeTransport second = _dialer.Ready();
        _first.FeedEnd();
        await PassAsync(1);
        second.Feed("busy; login: ");
        await Bounded.EventuallyAsync(() => session.PeekText() == "busy; login: ");

        Assert.False(session.TryTake(finding, out _));

        finding = await session.FindAsync(new PatternSet(["login: "])).Within();
        Assert.True(session.TryTake(finding, out PatternMatch? match));
        Assert.Equal("busy; ", match.Before);
        second.Feed("rest\n");
        Assert.Equal("rest", (await session.ReceiveAsync().Within())!.Text);
    }

    [Theory]
    [InlineData("utf-8")]
    [InlineData("utf-16")]
    public async Task Half_a_character_of_the_lost_connection_is_not_part_of_the_next(string encoding)
    {
        Encoding text = Encoding.GetEncoding(encoding);
        using ChatSession session = Start(new SessionOptions { Framing = new RawFraming(), Encoding = text, TimeProvider = _clock });
        _first.Feed((ReadOnlyMemory<byte>[])[text.GetBytes("\u4F60").AsMemory(0, 1)]);
        FakeTransport second = _dialer.Ready();
        _first.FeedEnd();
        await PassAsync(1);
        second.Feed((ReadOnlyMemory<byte>[])[text.GetBytes("\u597D")]);

        Assert.Equal("", (await session.ReceiveAsync().Within())!.Text);
        Assert.Equal("\u597D", (await session.ReceiveAsync().Within())!.Text);
        Assert.Equal(0, session.InvalidBytes);
    }

    [Fact]
    public async Task Who_waits_for_a_message_goes_on_waiting()
    {
        using ChatSession session = Start();
        Task<ChatMessage?> receiving = session.ReceiveAsync().AsTask();
        FakeTransport second = _dialer.Ready();
        _first.FeedEnd();
        await PassAsync(1);
        await session.WaitForStateAsync(ChatSessionState.Open).Within();
        Assert.False(receiving.IsCompleted);
        second.Feed("at last\n");

        Assert.Equal("at last", (await receiving.Within())?.Text);
    }

    [Fact]
    public async Task When_the_attempts_are_used_up_the_session_is_over_for_the_first_cause()
    {
        ConcurrentEvents events = new();
        using ChatSession session = Start();
        session.Reconnecting += events.Add;
        session.Closed += _ => events.Add("closed");
        Task<ChatMessage?> receiving = session.ReceiveAsync().AsTask();
        _first.FeedFault(s_reset);
        await session.WaitForStateAsync(ChatSessionState.Reconnecting).Within();
        await session.SendAsync("lost").Within();
        await session.SendAsync("too").Within();

        await PassAsync(1);
        await PassAsync(2);
        await PassAsync(4);

        await session.WaitForCloseAsync().Within();
        Assert.Equal(CloseReason.PeerReset, session.CloseReason);
        Assert.Equal(3, _dialer.Calls);
        Assert.Null(await receiving.Within());
        ChatException error = Assert.IsType<ChatException>(session.Error);
        Assert.Equal(ChatErrorCode.ReconnectFailed, error.Code);
        Assert.Contains("PeerReset", error.Message, StringComparison.Ordinal);
        Assert.Contains("refused 3", error.Message, StringComparison.Ordinal);
        Assert.Contains("2 messages (9 bytes)", error.Message, StringComparison.Ordinal);
        Assert.Equal((2L, 9L), (session.UnsentMessages, session.UnsentBytes));
        Assert.Equal(["1/3 after 1 s: PeerReset, SocketException", "2/3 after 2 s: PeerReset, refused 1", "3/3 after 4 s: PeerReset, refused 2", "closed"], events.All);
        ChatException refused = await Assert.ThrowsAsync<ChatException>(() => session.SendAsync("x").AsTask());
        Assert.Equal(ChatErrorCode.SessionClosed, refused.Code);
    }

    [Fact]
    public async Task There_is_never_more_than_one_attempt_at_a_time()
    {
        using ChatSession session = Start();
        _dialer.Hold();
        _first.FailSends(s_reset);
        _first.FeedFault(s_reset);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(async () => await session.SendAsync($"{i}")))).Within();
        await PassAsync(1);
        await _dialer.WaitForCallsAsync(1);
        FakeTransport second = _dialer.Ready();
        _dialer.LetGo();

        await second.WaitUntilAsync(t => t.SentText.Length == 16);
        Assert.Equal(1, _dialer.Calls);
        Assert.Equal(1, _dialer.MostAtOnce);
        Assert.Equal(1, session.ReconnectCount);
    }

    public static TheoryData<string, string> Ends
    {
        get
        {
            TheoryData<string, string> all = [];
            foreach (string when in (string[])["waiting", "dialing"])
            {
                foreach (string how in (string[])["close", "abort", "dispose"])
                {
                    all.Add(when, how);
                }
            }

            return all;
        }
    }

    [Theory]
    [MemberData(nameof(Ends))]
    public async Task This_side_can_end_it_at_once(string when, string how)
    {
        using ChatSession session = Start();
        _dialer.Hold();
        _first.FeedFault(s_reset);
        await _clock.WaitForTimerAsync(s_second);
        await session.SendAsync("lost").Within();
        if (when == "dialing")
        {
            _clock.Advance(s_second);
            await _dialer.WaitForCallsAsync(1);
        }

        Task closing = how == "close" ? session.CloseAsync(TimeSpan.FromHours(1)) : Task.CompletedTask;
        Action end = how switch { "abort" => () => session.Abort(), "dispose" => session.Dispose, _ => static () => { } };
        end();

        // The clock stands still: nothing has waited for a time to pass.
        await closing.Within();
        await session.WaitForCloseAsync().Within();
        Assert.Equal(CloseReason.LocalClosed, session.CloseReason);
        Assert.Equal((1L, 5L), (session.UnsentMessages, session.UnsentBytes));
        await Bounded.EventuallyAsync(() => _clock.Due.Length == 0);
        Assert.Null(await session.ReceiveAsync().Within());
    }

    [Fact]
    public async Task A_connection_that_comes_after_the_end_is_closed()
    {
        using ChatSession session = Start();
        _first.FeedFault(s_reset);
        await _clock.WaitForTimerAsync(s_second);
        FakeTransport late = _dialer.Ready();
        session.Reconnecting += (_, _) => { };

        session.Abort();
        _clock.Advance(s_second);
        await session.WaitForCloseAsync().Within();

        Assert.True(_dialer.Calls == 0 || late.Aborted);
    }

    [Theory]
    [InlineData("MessageTooLarge")]
    [InlineData("LocalClosed")]
    [InlineData("SlowReader")]
    public async Task Other_ends_are_final(string reason)
    {
        using ChatSession session = Start(new SessionOptions
        {
            MaximumMessageSize = 4,
            OutboxByteLimit = 4,
            OutboxPolicy = OutboxPolicy.Disconnect,
            LingerTimeout = TimeSpan.Zero,
            TimeProvider = _clock,
        });
        switch (reason)
        {
            case "MessageTooLarge":
                _first.Feed("too large\n");
                break;
            case "LocalClosed":
                _ = session.CloseAsync(s_second);
                break;
            default:
                _first.HoldSends();
                await session.SendAsync("abc").Within();
                await Assert.ThrowsAsync<ChatException>(() => session.SendAsync("def").AsTask());
                break;
        }

        await Bounded.EventuallyAsync(() => session.State >= ChatSessionState.Closing);
        _first.FeedEnd();
        await session.WaitForCloseAsync().Within();
        Assert.Equal(reason, $"{session.CloseReason}");
        Assert.Equal(0, _dialer.Calls);
    }

    [Fact]
    public async Task Without_reconnecting_the_end_is_the_end()
    {
        using ChatSession session = TestSession.Start(_first);
        _first.FeedEnd();

        await session.WaitForCloseAsync().Within();

        Assert.False(session.Reconnects);
        Assert.Equal(CloseReason.PeerClosed, session.CloseReason);
    }

    [Fact]
    public async Task After_the_peer_s_half_close_answers_go_over_the_old_connection_while_there_is_time()
    {
        using ChatSession session = Start(new SessionOptions { HalfCloseTimeout = s_second * 10, TimeProvider = _clock });
        _first.Feed("question\n");
        _first.FeedEnd();
        await session.WaitForStateAsync(ChatSessionState.HalfClosed).Within();
        Assert.Equal("question", (await session.ReceiveAsync().Within())!.Text);
        await session.SendAsync("answer").Within();
        Assert.Equal("answer\n", _first.SentText);
        FakeTransport second = _dialer.Ready();

        await _clock.WaitForTimerAsync(s_second / 2);
        _clock.Advance(s_second / 2);
        await PassAsync(1);
        await session.WaitForStateAsync(ChatSessionState.Open).Within();
        await Bounded.EventuallyAsync(() => session.ReconnectCount == 1);
        await session.SendAsync("next").Within();

        Assert.Equal("next\n", second.SentText);
    }

    [Fact]
    public async Task Subscribers_hear_of_each_attempt_and_of_the_connection()
    {
        ConcurrentEvents events = new();
        using ChatSession session = Start();
        session.Reconnecting += static (_, _) => throw new InvalidOperationException("A subscriber's own fault.");
        session.Reconnecting += events.Add;
        session.Reconnected += static (_, _) => throw new InvalidOperationException("A subscriber's own fault.");
        session.Reconnected += events.Add;
        _first.FeedEnd();
        await PassAsync(1);

        // The first attempt has been refused when the wait for the second has begun.
        await _clock.WaitForTimerAsync(s_second * 2);
        _dialer.Ready();
        await PassAsync(2);

        await Bounded.EventuallyAsync(() => events.All.Length == 3);
        Assert.Equal(["1/3 after 1 s: PeerClosed, ", "2/3 after 2 s: PeerClosed, refused 1", "again after 2 attempts, 3 s"], events.All);
    }

    [Fact]
    public async Task A_hundred_losses_leave_no_timer_and_no_connection_behind()
    {
        using ChatSession session = Start();
        FakeTransport current = _first;
        List<FakeTransport> old = [];
        for (int i = 1; i <= 100; i++)
        {
            current.Feed($"{i}\n");
            Assert.Equal($"{i}", (await session.ReceiveAsync().Within())!.Text);
            _clock.Advance(s_second);
            FakeTransport next = _dialer.Ready();
            current.FeedEnd();
            old.Add(current);
            await PassAsync(1);
            await Bounded.EventuallyAsync(() => session.ReconnectCount == i);
            current = next;
        }

        Assert.Equal(100, _dialer.Calls);
        Assert.All(old, t => Assert.True(t.Disposed || t.Aborted));
        Assert.Empty(_clock.Due);
        Assert.Equal(100, session.MessagesReceived);
    }

    [Fact]
    public async Task Waiting_for_the_state_open_waits_for_the_next_connection()
    {
        using ChatSession session = Start();
        await session.WaitForStateAsync(ChatSessionState.Open).Within();
        Task reconnecting = session.WaitForStateAsync(ChatSessionState.Reconnecting);
        Assert.False(reconnecting.IsCompleted);
        _first.FeedEnd();
        await reconnecting.Within();

        Task open = session.WaitForStateAsync(ChatSessionState.Open);
        Assert.False(open.IsCompleted);
        session.Abort();

        await open.Within();
        await session.WaitForStateAsync(ChatSessionState.Reconnecting).Within();
    }

    private ChatSession Start(SessionOptions? options = null)
    {
        ChatSession session = new(
            _first, options ?? new SessionOptions { TimeProvider = _clock }, "fake", static s => new InboxSink(s), reconnector: _dialer.With(s_policy, _clock));
        session.Start();
        return session;
    }

    private async Task PassAsync(int seconds)
    {
        await _clock.WaitForTimerAsync(s_second * seconds);
        _clock.Advance(s_second * seconds);
    }

    private void Lose(string cause)
    {
        switch (cause)
        {
            case "PeerClosed":
                _first.FeedEnd();
                break;
            case "PeerReset":
                _first.FeedFault(s_reset);
                break;
            default:
                _first.FeedFault(new SocketException((int)SocketError.TimedOut));
                break;
        }
    }

    private sealed class ConcurrentEvents
    {
        private readonly Lock _gate = new();
        private readonly List<string> _all = [];

        public string[] All
        {
            get
            {
                lock (_gate)
                {
                    return [.. _all];
                }
            }
        }

        public void Add(object? sender, SessionReconnectingEventArgs e)
        {
            Assert.Same(sender, e.Session);
            string error = e.Error is ChatException known ? known.Message : $"{e.Error?.GetType().Name}";
            Add($"{e.Attempt}/{e.Limit} after {e.Delay.TotalSeconds:0} s: {e.Cause}, {error}");
        }

        public void Add(object? sender, SessionReconnectedEventArgs e) => Add($"again after {e.Attempts} attempts, {e.LostFor.TotalSeconds:0} s");

        public void Add(string what)
        {
            lock (_gate)
            {
                _all.Add(what);
            }
        }
    }
}
