using System.Collections.Concurrent;
using TcpChat.Servers;
using TcpChat.Sessions;
using TcpChat.TestPeer;

namespace TcpChat.Core.Tests.Servers;

/// <summary>One session at a time; the next waits in the system's queue.</summary>
public sealed class IterativeTests
{
    private readonly ConcurrentQueue<string> _events = [];
    private readonly ManualTimeProvider _clock = new();
    private readonly TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Fact]
    public async Task A_handler_serves_one_after_the_other_in_the_order_they_came()
    {
        using ChatServer server = Start(new ServerOptions { Handler = AnswerOneLineAsync });
        List<PeerConnection> peers = [];
        for (int i = 0; i < 5; i++)
        {
            PeerConnection peer = await server.ConnectPeerAsync();
            await peer.SendAsync($"{i}\n");
            peers.Add(peer);
        }

        for (int i = 0; i < 5; i++)
        {
            Assert.Equal(PeerEnd.Eof, await peers[i].WaitForEndAsync());
            Assert.Equal($"you are {i}\n", peers[i].ReceivedText);
            await peers[i].DisposeAsync();
        }

        await AssertEventsAsync([.. Enumerable.Range(0, 5).SelectMany(i => (string[])["opened", $"begins {i}", $"ends {i}", "closed"])]);
    }

    [Fact]
    public async Task Messages_that_wait_for_a_script_come_from_one_session_at_a_time()
    {
        using ChatServer server = Start(new ServerOptions());
        for (int i = 0; i < 3; i++)
        {
            PeerConnection peer = await server.ConnectPeerAsync();
            await peer.SendAsync($"{i}\n");
        }

        for (int i = 0; i < 3; i++)
        {
            ChatMessage message = (await server.Inbox.TakeAsync())!;
            Assert.Equal($"{i}", message.Text);
            Assert.Equal(i + 1, server.Accepted);
            Assert.False(server.Inbox.TryPeek(out _));
            await message.Session.CloseAsync(TestServer.Time).Within();
        }

        await AssertOneAtATimeAsync(3);
    }

    [Fact]
    public async Task An_echo_serves_one_at_a_time_too()
    {
        using ChatServer server = Start(new ServerOptions { Answer = ServerAnswer.Echo });
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(async () =>
        {
            using ChatSession client = await server.ConnectClientAsync();
            await client.SendAsync($"{i}");
            Assert.Equal($"{i}", (await client.ReceiveAsync().Within())?.Text);
            await client.CloseAsync(TestServer.Time).Within();
        }))).Within();

        await AssertOneAtATimeAsync(20);
    }

    [Fact]
    public async Task The_next_waits_for_the_handler_though_the_session_is_over()
    {
        using ChatServer server = Start(new ServerOptions { Handler = WaitAtGateAsync });
        PeerConnection first = await server.ConnectPeerAsync();
        await server.WaitForSessionsAsync(1);
        await using PeerConnection second = await server.ConnectPeerAsync();

        await first.ResetAsync();
        await AssertEventsAsync(["opened", "closed"]);
        Assert.Equal(1, server.Accepted);
        _gate.SetResult();

        Assert.Equal(PeerEnd.Eof, await second.WaitForEndAsync());
        await AssertEventsAsync(["opened", "closed", "ends", "opened", "ends", "closed"]);
    }

    [Fact]
    public async Task The_next_waits_for_the_end_of_the_session_though_the_handler_has_ended()
    {
        using ChatServer server = Start(new ServerOptions { Handler = WaitAtGateAsync });
        await using PeerConnection first = await server.ConnectPeerAsync("never-reads");
        await server.WaitForSessionsAsync(1);
        ChatSession session = server.Sessions[0];
        await session.FillOutboxAsync();
        await using PeerConnection second = await server.ConnectPeerAsync();

        _gate.SetResult();
        await _clock.WaitForTimerAsync(session.Options.DrainTimeout);
        Assert.Equal(1, server.Accepted);
        _clock.Advance(session.Options.DrainTimeout);

        Assert.Equal(PeerEnd.Reset, await first.WaitForEndAsync());
        Assert.Equal(PeerEnd.Eof, await second.WaitForEndAsync());
        await AssertEventsAsync(["opened", "ends", "closed", "opened", "ends", "closed"]);
    }

    [Fact]
    public async Task A_stop_does_not_wait_for_those_in_the_queue_and_leaves_none_behind()
    {
        using ChatServer server = Start(new ServerOptions { Handler = async (session, stop) => Assert.Null(await session.ReceiveAsync(stop)) });
        await using PeerConnection served = await server.ConnectPeerAsync();
        await server.WaitForSessionsAsync(1);
        PeerConnection[] waiting = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => server.ConnectPeerAsync())).Within();

        // The clock stands still: a stop that had to wait would not return.
        await server.StopAsync(TestServer.Time).Within();

        Assert.Equal(PeerEnd.Eof, await served.WaitForEndAsync());
        foreach (PeerConnection peer in waiting)
        {
            Assert.Equal(PeerEnd.Reset, await peer.WaitForEndAsync());
            await peer.DisposeAsync();
        }

        Assert.Equal(1, server.Accepted);
        Assert.Equal(CloseReason.ServerStopped, Assert.Single(server.AllSessions).CloseReason);
    }

    [Fact]
    public async Task A_stopped_session_makes_way_for_the_next()
    {
        using ChatServer server = Start(new ServerOptions { Handler = static (_, stop) => Task.Delay(Timeout.Infinite, stop) });
        await using PeerConnection first = await server.ConnectPeerAsync();
        await server.WaitForSessionsAsync(1);
        await using PeerConnection second = await server.ConnectPeerAsync();

        await server.StopSessionAsync(server.Sessions[0], TestServer.Time).Within();

        Assert.Equal(PeerEnd.Eof, await first.WaitForEndAsync());
        await server.Changed.WaitUntilAsync(() => server.Accepted == 2, CancellationToken.None).Within();
        Assert.Null(second.End);
    }

    [Fact]
    public async Task Sessions_that_fail_do_not_end_the_accepting()
    {
        using ChatServer server = Start(new ServerOptions
        {
            Handler = AnswerOneLineAsync,
            Session = new SessionOptions { MaximumMessageSize = 10 },
        });
        await using PeerConnection failing = await server.ConnectPeerAsync();
        await failing.SendAsync("fail\n");
        PeerConnection resetting = await server.ConnectPeerAsync();
        await resetting.ResetAsync();
        await using PeerConnection tooLong = await server.ConnectPeerAsync();
        await tooLong.SendAsync("more than ten bytes\n");
        await using PeerConnection good = await server.ConnectPeerAsync();
        await good.SendAsync("3\n");

        Assert.Equal(PeerEnd.Eof, await good.WaitForEndAsync());
        Assert.Equal("you are 3\n", good.ReceivedText);
        Assert.Equal(PeerEnd.Eof, await failing.WaitForEndAsync());
        Assert.Equal(CloseReason.HandlerFailed, server.EndedSessions[0].CloseReason);
        Assert.Contains(server.EndedSessions, s => s.CloseReason == CloseReason.MessageTooLarge);
    }

    private ChatServer Start(ServerOptions options)
    {
        ChatServer server = ChatServer.Start(options with
        {
            Model = ServerModel.Iterative,
            Session = options.Session with { TimeProvider = _clock, HalfCloseTimeout = TimeSpan.Zero },
        });
        server.SessionOpened += _ => _events.Enqueue("opened");
        server.SessionClosed += _ => _events.Enqueue("closed");
        return server;
    }

    private async Task AnswerOneLineAsync(ChatSession session, CancellationToken stop)
    {
        string? name = (await session.ReceiveAsync(stop))?.Text;
        _events.Enqueue($"begins {name}");
        if (name == "fail")
        {
            throw new InvalidOperationException("as told");
        }

        if (name is not null)
        {
            await session.SendAsync($"you are {name}", stop);
        }

        _events.Enqueue($"ends {name}");
    }

    private async Task WaitAtGateAsync(ChatSession session, CancellationToken stop)
    {
        await _gate.Task;
        _events.Enqueue("ends");
    }

    private Task AssertOneAtATimeAsync(int sessions) =>
        AssertEventsAsync([.. Enumerable.Range(0, sessions).SelectMany(_ => (string[])["opened", "closed"])]);

    private async Task AssertEventsAsync(string[] expected)
    {
        await Bounded.EventuallyAsync(() => _events.Count >= expected.Length);
        Assert.Equal(expected, _events);
    }
}
