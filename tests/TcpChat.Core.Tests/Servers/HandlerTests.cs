using TcpChat.Servers;
using TcpChat.Sessions;
using TcpChat.TestPeer;

namespace TcpChat.Core.Tests.Servers;

/// <summary>A session is answered by its handler, and ends with it.</summary>
public sealed class HandlerTests
{
    private readonly ManualTimeProvider _clock = new();
    private readonly TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationToken _token;

    [Fact]
    public async Task A_handler_that_returns_ends_the_session_in_order()
    {
        string line = new('x', 1000);
        using ChatServer server = Start(async (session, stop) =>
        {
            for (int i = 0; i < 1000; i++)
            {
                await session.SendAsync(line, stop);
            }
        });
        await using PeerConnection peer = await server.ConnectPeerAsync();

        Assert.Equal(PeerEnd.Eof, await peer.WaitForEndAsync());
        Assert.Equal(1000 * 1001, peer.ReceivedCount);
        ChatSession session = await HandledSessionAsync(server);
        await session.WaitForCloseAsync().Within();
        Assert.Equal(CloseReason.LocalClosed, session.CloseReason);
        Assert.Null(session.Error);
    }

    [Fact]
    public async Task A_handler_that_has_nothing_to_wait_for_ends_the_session_too()
    {
        using ChatServer server = Start((session, stop) => session.SendAsync("bye", stop).AsTask());
        for (int i = 0; i < 50; i++)
        {
            await using PeerConnection peer = await server.ConnectPeerAsync();

            Assert.Equal(PeerEnd.Eof, await peer.WaitForEndAsync());
            Assert.Equal("bye\n", peer.ReceivedText);
        }

        await server.StopAsync(TestServer.Time).Within();
        Assert.All(server.EndedSessions, s => Assert.Equal(CloseReason.LocalClosed, s.CloseReason));
    }

    [Fact]
    public async Task What_a_handler_sent_before_it_failed_still_arrives()
    {
        InvalidOperationException failure = new("broken");
        using ChatServer server = Start(async (session, stop) =>
        {
            await session.SendAsync("first", stop);
            await session.ReceiveAsync(stop);
            await session.SendAsync("second", stop);
            throw failure;
        });
        await using PeerConnection peer = await server.ConnectPeerAsync();
        await peer.SendAsync("go on\n");

        Assert.Equal(PeerEnd.Eof, await peer.WaitForEndAsync());
        Assert.Equal("first\nsecond\n", peer.ReceivedText);
        ChatSession session = await HandledSessionAsync(server);
        await session.WaitForCloseAsync().Within();
        Assert.Equal(CloseReason.HandlerFailed, session.CloseReason);
        Assert.Same(failure, session.Error);
    }

    [Fact]
    public async Task A_handler_that_fails_before_it_gives_a_task_ends_the_session()
    {
        InvalidOperationException failure = new("broken at once");
        using ChatServer server = Start((_, _) => throw failure);
        await using PeerConnection peer = await server.ConnectPeerAsync();

        Assert.Equal(PeerEnd.Eof, await peer.WaitForEndAsync());
        ChatSession session = await HandledSessionAsync(server);
        await session.WaitForCloseAsync().Within();
        Assert.Equal(CloseReason.HandlerFailed, session.CloseReason);
        Assert.Same(failure, session.Error);
    }

    [Fact]
    public async Task The_other_sessions_and_the_server_go_on_after_a_failed_handler()
    {
        using ChatServer server = Start(EchoUnlessToldToFailAsync);
        using ChatSession other = await server.ConnectClientAsync();
        using ChatSession failing = await server.ConnectClientAsync();
        await failing.SendAsync("fail").Within();
        Assert.Null(await failing.ReceiveAsync().Within());

        await AssertEchoesAsync(other);
        using ChatSession next = await server.ConnectClientAsync();
        await AssertEchoesAsync(next);
        Assert.Equal(2, server.SessionCount);
    }

    [Fact]
    public async Task After_the_half_close_of_the_peer_a_handler_has_all_the_time_it_needs()
    {
        using ChatServer server = Start(async (session, stop) =>
        {
            ChatMessage? question = await session.ReceiveAsync(stop);
            Assert.Null(await session.ReceiveAsync(stop));
            await session.SendAsync("soon", stop);
            await _gate.Task;
            await session.SendAsync($"answer to {question?.Text}", stop);
        });
        await using PeerConnection peer = await server.ConnectPeerAsync();
        await peer.SendAsync("question\n");
        peer.HalfClose();
        await peer.WaitForBytesAsync(5);
        ChatSession session = server.Sessions[0];

        _clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(ChatSessionState.HalfClosed, session.State);
        _gate.SetResult();

        Assert.Equal(PeerEnd.Eof, await peer.WaitForEndAsync());
        Assert.Equal("soon\nanswer to question\n", peer.ReceivedText);
        await session.WaitForCloseAsync().Within();
        Assert.Equal(CloseReason.PeerClosed, session.CloseReason);
    }

    [Fact]
    public async Task A_handler_that_fails_after_the_half_close_is_not_the_first_cause()
    {
        using ChatServer server = Start(async (session, stop) =>
        {
            await session.ReceiveAsync(stop);
            await session.SendAsync("answer", stop);
            throw new InvalidOperationException("too late");
        });
        await using PeerConnection peer = await server.ConnectPeerAsync();
        peer.HalfClose();

        Assert.Equal(PeerEnd.Eof, await peer.WaitForEndAsync());
        Assert.Equal("answer\n", peer.ReceivedText);
        ChatSession session = await HandledSessionAsync(server);
        await session.WaitForCloseAsync().Within();
        Assert.Equal(CloseReason.PeerClosed, session.CloseReason);
        Assert.Null(session.Error);
    }

    [Fact]
    public async Task A_handler_that_closes_its_session_and_then_fails_is_not_the_first_cause()
    {
        using ChatServer server = Start((session, stop) =>
        {
            _ = session.CloseAsync(TestServer.Time);
            throw new InvalidOperationException("too late");
        });
        await using PeerConnection peer = await server.ConnectPeerAsync();

        Assert.Equal(PeerEnd.Eof, await peer.WaitForEndAsync());
        ChatSession session = await HandledSessionAsync(server);
        await session.WaitForCloseAsync().Within();
        Assert.Equal(CloseReason.LocalClosed, session.CloseReason);
        Assert.Null(session.Error);
    }

    [Fact]
    public async Task A_peer_that_resets_ends_the_session_and_not_its_handler()
    {
        using ChatServer server = Start(WaitAtGateAsync);
        PeerConnection peer = await server.ConnectPeerAsync();
        ChatSession session = await HandledSessionAsync(server);

        await peer.ResetAsync();
        await session.WaitForCloseAsync().Within();

        Assert.Equal(CloseReason.PeerReset, session.CloseReason);
        Exception? error = session.Error;
        Assert.NotNull(error);
        _gate.SetException(new InvalidOperationException("too late"));
        await server.StopAsync(TestServer.Time).Within();
        Assert.Equal(CloseReason.PeerReset, session.CloseReason);
        Assert.Same(error, session.Error);
        Assert.False(_token.IsCancellationRequested);
    }

    [Fact]
    public async Task Stopping_one_session_tells_its_handler_and_closes_no_other()
    {
        Dictionary<int, CancellationToken> tokens = [];
        using ChatServer server = Start(async (session, stop) =>
        {
            tokens.Add(session.Id, stop);
            await EchoUnlessToldToFailAsync(session, stop);
            await Task.Delay(Timeout.Infinite, stop);
        });
        using ChatSession first = await server.ConnectClientAsync();
        await AssertEchoesAsync(first);
        using ChatSession second = await server.ConnectClientAsync();
        await AssertEchoesAsync(second);
        ChatSession stopped = server.Sessions[0];

        await server.StopSessionAsync(stopped, TestServer.Time).Within();

        Assert.True(tokens[stopped.Id].IsCancellationRequested);
        Assert.Equal(ChatSessionState.Closed, stopped.State);
        Assert.Equal(CloseReason.LocalClosed, stopped.CloseReason);
        Assert.Null(await first.ReceiveAsync().Within());
        ChatSession left = Assert.Single(server.Sessions);
        Assert.False(tokens[left.Id].IsCancellationRequested);
        await AssertEchoesAsync(second);
    }

    [Fact]
    public async Task A_handler_that_fails_because_it_was_stopped_is_not_the_first_cause()
    {
        using ChatServer server = Start(async (_, stop) =>
        {
            await Task.Delay(Timeout.Infinite, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw new InvalidOperationException("I was stopped");
        });
        await using PeerConnection peer = await server.ConnectPeerAsync();
        ChatSession session = await HandledSessionAsync(server);

        await server.StopSessionAsync(session, TestServer.Time).Within();

        Assert.Equal(CloseReason.LocalClosed, session.CloseReason);
        Assert.Null(session.Error);
        Assert.Equal(PeerEnd.Eof, await peer.WaitForEndAsync());
    }

    [Fact]
    public async Task A_session_that_is_stopped_before_its_handler_begins_has_none()
    {
        bool called = false;
        using ChatServer server = Start((_, _) =>
        {
            called = true;
            return _gate.Task;
        });
        TaskCompletionSource<Task> stopping = new();
        server.SessionOpened += session => stopping.SetResult(server.StopSessionAsync(session, TestServer.Time));
        await using PeerConnection peer = await server.ConnectPeerAsync();

        Assert.Equal(PeerEnd.Eof, await peer.WaitForEndAsync());
        await (await stopping.Task.Within()).Within();
        Assert.False(called);
        await server.StopAsync(TimeSpan.Zero).Within();
    }

    [Fact]
    public async Task Stopping_one_session_does_not_wait_for_ever_for_its_handler()
    {
        using ChatServer server = Start(WaitAtGateAsync);
        await using PeerConnection peer = await server.ConnectPeerAsync();
        ChatSession session = await HandledSessionAsync(server);

        Task stopping = server.StopSessionAsync(session, TestServer.Time);
        await _clock.WaitForTimerAsync(ChatServer.HandlerStopTimeout);
        Assert.True(_token.IsCancellationRequested);
        Assert.False(stopping.IsCompleted);
        _clock.Advance(ChatServer.HandlerStopTimeout);

        await stopping.Within();
        Assert.Equal(PeerEnd.Eof, await peer.WaitForEndAsync());
    }

    [Fact]
    public async Task A_stop_lets_a_handler_that_sees_the_end_of_its_session_finish_by_itself()
    {
        using ChatServer server = Start(async (session, stop) =>
        {
            Assert.Null(await session.ReceiveAsync(stop));
            await _gate.Task;
        });
        await using PeerConnection peer = await server.ConnectPeerAsync();
        ChatSession session = await HandledSessionAsync(server);

        Task stopping = server.StopAsync(TimeSpan.FromSeconds(3));
        await session.WaitForCloseAsync().Within();
        await _clock.WaitForTimerAsync(TimeSpan.FromSeconds(3));
        Assert.False(stopping.IsCompleted);
        _gate.SetResult();

        await stopping.Within();
        Assert.False(_token.IsCancellationRequested);
        Assert.Equal(CloseReason.ServerStopped, session.CloseReason);
    }

    [Fact]
    public async Task A_stop_tells_a_handler_to_end_when_the_time_is_over()
    {
        using ChatServer server = Start(async (_, stop) =>
        {
            await Task.Delay(Timeout.Infinite, stop);
        });
        await using PeerConnection peer = await server.ConnectPeerAsync();
        ChatSession session = await HandledSessionAsync(server);

        Task stopping = server.StopAsync(TimeSpan.FromSeconds(3));
        await session.WaitForCloseAsync().Within();
        await _clock.WaitForTimerAsync(TimeSpan.FromSeconds(3));
        Assert.False(_token.IsCancellationRequested);
        _clock.Advance(TimeSpan.FromSeconds(3));

        await stopping.Within();
        Assert.True(_token.IsCancellationRequested);
        Assert.Equal(CloseReason.ServerStopped, session.CloseReason);
        Assert.Null(session.Error);
    }

    [Fact]
    public async Task A_stop_returns_though_a_handler_does_not_do_as_it_is_told()
    {
        using ChatServer server = Start(WaitAtGateAsync);
        await using PeerConnection peer = await server.ConnectPeerAsync();
        ChatSession session = await HandledSessionAsync(server);

        Task stopping = server.StopAsync(TimeSpan.FromSeconds(3));
        await session.WaitForCloseAsync().Within();
        await _clock.WaitForTimerAsync(TimeSpan.FromSeconds(3));
        _clock.Advance(TimeSpan.FromSeconds(3));
        await _clock.WaitForTimerAsync(ChatServer.HandlerStopTimeout);
        Assert.True(_token.IsCancellationRequested);
        Assert.False(stopping.IsCompleted);
        _clock.Advance(ChatServer.HandlerStopTimeout);

        await stopping.Within();
        Assert.Equal(CloseReason.ServerStopped, session.CloseReason);
    }

    [Fact]
    public async Task A_second_stop_with_less_time_hastens_the_wait_for_handlers()
    {
        using ChatServer server = Start(WaitAtGateAsync);
        await using PeerConnection peer = await server.ConnectPeerAsync();
        ChatSession session = await HandledSessionAsync(server);

        Task first = server.StopAsync(TimeSpan.FromHours(1));
        await session.WaitForCloseAsync().Within();
        await _clock.WaitForTimerAsync(TimeSpan.FromHours(1));
        Task second = server.StopAsync(TimeSpan.Zero);
        await _clock.WaitForTimerAsync(ChatServer.HandlerStopTimeout);
        _clock.Advance(ChatServer.HandlerStopTimeout);

        await Task.WhenAll(first, second).Within();
        Assert.True(_token.IsCancellationRequested);
    }

    [Fact]
    public async Task A_stop_without_a_limit_waits_for_the_handler_and_never_tells_it_to_end()
    {
        using ChatServer server = Start(async (session, stop) =>
        {
            Assert.Null(await session.ReceiveAsync(stop));
            await _gate.Task;
        });
        await using PeerConnection peer = await server.ConnectPeerAsync();
        ChatSession session = await HandledSessionAsync(server);

        Task stopping = server.StopAsync(Timeout.InfiniteTimeSpan);
        await session.WaitForCloseAsync().Within();
        _clock.Advance(TimeSpan.FromHours(1));
        _gate.SetResult();

        await stopping.Within();
        Assert.False(_token.IsCancellationRequested);
    }

    [Fact]
    public async Task A_close_under_way_keeps_its_time_when_the_handler_ends()
    {
        using ChatServer server = Start(async (session, stop) => Assert.Null(await session.ReceiveAsync(stop)));
        await using PeerConnection peer = await server.ConnectPeerAsync("never-reads");
        ChatSession session = await HandledSessionAsync(server);
        await session.FillOutboxAsync();

        Task stopping = server.StopAsync(TimeSpan.FromSeconds(60));
        await session.WaitForStateAsync(ChatSessionState.Closing).Within();
        await _clock.WaitForTimerAsync(TimeSpan.FromSeconds(60));
        _clock.Advance(session.Options.DrainTimeout);
        Assert.Equal(ChatSessionState.Closing, session.State);
        _clock.Advance(TimeSpan.FromSeconds(60));

        await stopping.Within();
        Assert.Equal(CloseReason.ServerStopped, session.CloseReason);
        Assert.Equal(PeerEnd.Reset, await peer.WaitForEndAsync());
    }

    [Fact]
    public async Task Handlers_that_begin_during_a_stop_are_stopped_too()
    {
        for (int round = 0; round < 20; round++)
        {
            int running = 0;
            using ChatServer server = ChatServer.Start(new ServerOptions
            {
                Handler = async (_, stop) =>
                {
                    Interlocked.Increment(ref running);
                    await Task.Delay(Timeout.Infinite, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    Interlocked.Decrement(ref running);
                },
            });
            Task<bool>[] clients = [.. Enumerable.Range(0, 10).Select(_ => TryConnectAsync(server))];
            await server.Changed.WaitUntilAsync(() => server.Accepted > 0, CancellationToken.None).Within();

            await Task.WhenAll(server.StopAsync(TestServer.Time), server.StopAsync(TimeSpan.Zero)).Within();

            Assert.Equal(0, Volatile.Read(ref running));
            Assert.Equal(0, server.SessionCount);
            await Task.WhenAll(clients).Within();
        }
    }

    private ChatServer Start(SessionHandler handler) => ChatServer.Start(new ServerOptions
    {
        Handler = (session, stop) =>
        {
            _token = stop;
            _begun.TrySetResult();
            return handler(session, stop);
        },
        Session = new SessionOptions { HalfCloseTimeout = TimeSpan.FromSeconds(2), TimeProvider = _clock },
    });

    /// <summary>Waits for nothing but the gate, whatever it is told.</summary>
    private Task WaitAtGateAsync(ChatSession session, CancellationToken stop) => _gate.Task;

    private static async Task EchoUnlessToldToFailAsync(ChatSession session, CancellationToken stop)
    {
        while (await session.ReceiveAsync(stop) is { } message)
        {
            if (message.Text == "fail")
            {
                throw new InvalidOperationException("as told");
            }

            await session.SendAsync(message.Text, stop);
        }
    }

    private static async Task AssertEchoesAsync(ChatSession client)
    {
        await client.SendAsync("still there?").Within();
        Assert.Equal("still there?", (await client.ReceiveAsync().Within())?.Text);
    }

    /// <summary>The session of a server that has one, as soon as its handler has begun.</summary>
    private async Task<ChatSession> HandledSessionAsync(ChatServer server)
    {
        await _begun.Task.Within();
        return Assert.Single(server.AllSessions);
    }

    private static async Task<bool> TryConnectAsync(ChatServer server)
    {
        try
        {
            using ChatSession session = await server.ConnectClientAsync();
            await session.WaitForCloseAsync();
            return true;
        }
        catch (Errors.ChatException)
        {
            return false;
        }
    }
}
