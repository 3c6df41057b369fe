using TcpChat.Clients;
using TcpChat.Errors;
using TcpChat.Servers;
using TcpChat.Sessions;
using TcpChat.TestPeer;

namespace TcpChat.Core.Tests.Servers;

/// <summary>A stop always comes to its end, and leaves nothing behind.</summary>
public sealed class StopTests
{
    [Fact]
    public async Task Clients_are_told_the_end_after_what_was_owed_to_them()
    {
        ChatServer server = ChatServer.Start(new ServerOptions());
        await using PeerConnection peer = await server.ConnectPeerAsync();
        await server.WaitForSessionsAsync(1);
        ChatSession session = server.Sessions[0];
        await session.SendAsync("last words").Within();

        await server.StopAsync(TestServer.Time).Within();

        Assert.Equal(PeerEnd.Eof, await peer.WaitForEndAsync());
        Assert.Equal("last words\n", peer.ReceivedText);
        Assert.Equal(CloseReason.ServerStopped, session.CloseReason);
        Assert.Equal(0, server.SessionCount);
        Assert.False(server.IsListening);
    }

    [Fact]
    public async Task Nobody_is_accepted_afterwards()
    {
        ChatServer server = ChatServer.Start(new ServerOptions());
        await server.StopAsync(TestServer.Time).Within();

        ChatException e = await Assert.ThrowsAsync<ChatException>(() => server.ConnectClientAsync());

        Assert.Equal(ChatErrorCode.ConnectionRefused, e.Code);
    }

    [Fact]
    public async Task Peers_that_never_read_are_cut_when_the_time_is_over()
    {
        ManualTimeProvider clock = new();
        ChatServer server = ChatServer.Start(new ServerOptions { Session = new SessionOptions { TimeProvider = clock } });
        List<PeerConnection> peers = [];
        for (int i = 0; i < 5; i++)
        {
            peers.Add(await server.ConnectPeerAsync("never-reads"));
        }

        await server.WaitForSessionsAsync(5);
        foreach (ChatSession session in server.Sessions)
        {
            await session.FillOutboxAsync();
        }

        Task stopping = server.StopAsync(TimeSpan.FromSeconds(3));
        await Bounded.EventuallyAsync(() => clock.Due.Count(due => due == TimeSpan.FromSeconds(3)) == 5);
        Assert.False(stopping.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(3));

        await stopping.Within();
        Assert.Equal(0, server.SessionCount);
        foreach (PeerConnection peer in peers)
        {
            Assert.Equal(PeerEnd.Reset, await peer.WaitForEndAsync());
            await peer.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_session_that_is_just_being_opened_is_closed_in_order_too()
    {
        ChatServer server = ChatServer.Listen(new ServerOptions());
        Task? stopping = null;
        server.SessionOpened += _ =>
        {
            stopping = server.StopAsync(TestServer.Time);
            SpinWait.SpinUntil(() => !server.IsListening);
        };
        server.BeginAccept();
        await using PeerConnection peer = await server.ConnectPeerAsync();

        Assert.Equal(PeerEnd.Eof, await peer.WaitForEndAsync());
        Assert.NotNull(stopping);
        await stopping.Within();
        Assert.Equal(CloseReason.ServerStopped, Assert.Single(server.AllSessions).CloseReason);
    }

    [Fact]
    public async Task Without_time_it_stops_at_once()
    {
        ChatServer server = ChatServer.Start(new ServerOptions());
        await using PeerConnection peer = await server.ConnectPeerAsync("never-reads");
        await server.WaitForSessionsAsync(1);
        ChatSession session = server.Sessions[0];
        await session.FillOutboxAsync();

        await server.StopAsync(TimeSpan.Zero).Within();

        Assert.Equal(ChatSessionState.Closed, session.State);
        Assert.Equal(PeerEnd.Reset, await peer.WaitForEndAsync());
    }

    [Fact]
    public async Task A_second_stop_with_less_time_hastens_the_first()
    {
        ManualTimeProvider clock = new();
        ChatServer server = ChatServer.Start(new ServerOptions { Session = new SessionOptions { TimeProvider = clock } });
        await using PeerConnection peer = await server.ConnectPeerAsync("never-reads");
        await server.WaitForSessionsAsync(1);
        await server.Sessions[0].FillOutboxAsync();

        Task first = server.StopAsync(TimeSpan.FromSeconds(60));
        await clock.WaitForTimerAsync(TimeSpan.FromSeconds(60));
        Task second = server.StopAsync(TimeSpan.FromSeconds(1));
        await clock.WaitForTimerAsync(TimeSpan.FromSeconds(1));
        clock.Advance(TimeSpan.FromSeconds(1));

        await Task.WhenAll(first, second).Within();
        Assert.Equal(CloseReason.ServerStopped, server.EndedSessions[0].CloseReason);
    }

    [Fact]
    public async Task Many_sessions_stop_together()
    {
        ChatServer server = ChatServer.Start(new ServerOptions { EndedSessionLimit = 1000 });
        PeerConnection[] peers = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => server.ConnectPeerAsync())).Within();
        await server.WaitForSessionsAsync(200);

        await server.StopAsync(TestServer.Time).Within();

        Assert.Equal(0, server.SessionCount);
        Assert.Equal(200, server.EndedSessions.Count(s => s.CloseReason == CloseReason.ServerStopped));
        foreach (PeerConnection peer in peers)
        {
            Assert.Equal(PeerEnd.Eof, await peer.WaitForEndAsync());
            await peer.DisposeAsync();
        }
    }

    [Fact]
    public async Task Who_comes_during_the_stop_is_not_left_behind()
    {
        for (int round = 0; round < 20; round++)
        {
            ChatServer server = ChatServer.Start(new ServerOptions());
            Task<ChatSession?>[] clients = [.. Enumerable.Range(0, 10).Select(_ => TryConnectAsync(server))];
            await server.Changed.WaitUntilAsync(() => server.Accepted > 0, CancellationToken.None).Within();

            await server.StopAsync(TestServer.Time).Within();

            foreach (ChatSession? client in await Task.WhenAll(clients).Within())
            {
                if (client is not null)
                {
                    await client.WaitForCloseAsync().Within();
                }
            }

            await server.WaitForSessionsAsync(0);
            Assert.All(server.EndedSessions, s => Assert.Equal(ChatSessionState.Closed, s.State));
        }
    }

    [Fact]
    public async Task What_was_received_can_be_taken_afterwards()
    {
        ChatServer server = ChatServer.Start(new ServerOptions());
        await using PeerConnection peer = await server.ConnectPeerAsync();
        await peer.SendAsync("a\nb\n");
        await server.WaitForSessionsAsync(1);
        await Bounded.EventuallyAsync(() => server.Sessions[0].InboxLength == 2);

        await server.StopAsync(TestServer.Time).Within();

        Assert.Equal("a", (await server.Inbox.TakeAsync())?.Text);
        Assert.Equal("b", (await server.Inbox.TakeAsync())?.Text);
        Assert.Null(await server.Inbox.TakeAsync());
    }

    [Fact]
    public async Task Those_who_wait_for_it_go_on()
    {
        ChatServer server = ChatServer.Start(new ServerOptions());
        Task stopped = server.WaitForStopAsync();
        ValueTask<bool> message = server.Inbox.WaitToTakeAsync();
        Assert.False(stopped.IsCompleted);

        server.Dispose();

        await stopped.Within();
        Assert.False(await message.Within());
    }

    [Fact]
    public async Task A_time_that_no_clock_has_is_refused_and_stops_nothing()
    {
        using ChatServer server = ChatServer.Start(new ServerOptions());

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => server.StopAsync(TimeSpan.MaxValue).Within());

        Assert.True(server.IsListening);
    }

    private static async Task<ChatSession?> TryConnectAsync(ChatServer server)
    {
        try
        {
            return await ChatClient.ConnectAsync(new ClientOptions { ComputerName = "127.0.0.1", Port = server.Port() });
        }
        catch (ChatException)
        {
            return null;
        }
    }
}
