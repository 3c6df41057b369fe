using System.Collections.Concurrent;
using TcpChat.Servers;
using TcpChat.Sessions;
using TcpChat.TestPeer;

namespace TcpChat.Core.Tests.Servers;

/// <summary>What a server says about its sessions, those that are over included.</summary>
public sealed class ServerBooksTests
{
    [Fact]
    public async Task A_session_is_listed_while_it_lasts_and_kept_afterwards()
    {
        using ChatServer server = ChatServer.Start(TestServer.Prompt);
        ConcurrentQueue<string> events = [];
        server.SessionOpened += s => events.Enqueue($"opened {s.Id} {s.State}");
        server.SessionClosed += s => events.Enqueue($"closed {s.Id} {s.State}");
        PeerConnection peer = await server.ConnectPeerAsync();
        await server.WaitForSessionsAsync(1);
        ChatSession session = server.Sessions[0];
        Assert.True(session.IsServerSide);
        Assert.Equal(peer.LocalEndPoint, session.RemoteEndPoint);
        Assert.Equal($"{peer.LocalEndPoint}", session.Name);

        await peer.CloseAsync();
        await server.WaitForSessionsAsync(0);

        Assert.Empty(server.Sessions);
        Assert.Equal([session], server.EndedSessions);
        await Bounded.EventuallyAsync(() => events.Count == 2);
        Assert.Equal([$"opened {session.Id} Open", $"closed {session.Id} Closed"], events);
    }

    [Fact]
    public async Task Totals_are_exact_as_soon_as_the_sessions_are_over()
    {
        using ChatServer server = ChatServer.Start(TestServer.Prompt with { Answer = ServerAnswer.Echo, EndedSessionLimit = 3 });
        for (int i = 0; i < 20; i++)
        {
            PeerConnection peer = await server.ConnectPeerAsync();
            await peer.SendAsync("one\r\ntwo\r\n");
            peer.HalfClose();
            Assert.Equal(PeerEnd.Eof, await peer.WaitForEndAsync());
            Assert.Equal("one\ntwo\n", peer.ReceivedText);
        }

        await server.WaitForSessionsAsync(0);

        Assert.Equal(new SessionTotals(40, 40, 200, 160, 0), server.Totals);
        Assert.Equal(20, server.Accepted);
        Assert.InRange(server.EndedSessions.Count, 0, 3);
    }

    [Fact]
    public async Task Totals_count_the_sessions_that_live()
    {
        using ChatServer server = ChatServer.Start(TestServer.Prompt);
        await using PeerConnection peer = await server.ConnectPeerAsync();
        await server.WaitForSessionsAsync(1);
        await server.Sessions[0].SendAsync("abc").Within();

        Assert.Equal(1, server.Totals.MessagesSent);
        Assert.Equal(4, server.Totals.BytesSent);
    }

    [Fact]
    public async Task Forgotten_sessions_are_told_and_their_messages_counted_as_dropped()
    {
        using ChatServer server = ChatServer.Start(TestServer.Prompt with { EndedSessionLimit = 0, EndedUnreadSessionLimit = 2 });
        ConcurrentQueue<ChatSession> forgotten = [];
        server.SessionForgotten += forgotten.Enqueue;
        for (int i = 0; i < 5; i++)
        {
            PeerConnection peer = await server.ConnectPeerAsync();
            await peer.SendAsync($"{i}\nx\n");
            await peer.CloseAsync();
            await server.WaitForAllEndedAsync(i + 1);
        }

        await Bounded.EventuallyAsync(() => forgotten.Count == 3);
        Assert.Equal(6, server.Totals.DroppedMessages);
        Assert.Equal(2, server.EndedSessions.Count);
        Assert.Equal("3", (await server.Inbox.TakeAsync())?.Text);
    }

    [Fact]
    public async Task Sessions_that_are_forgotten_are_held_by_nothing()
    {
        using ChatServer server = ChatServer.Start(TestServer.Prompt with { EndedSessionLimit = 0 });
        for (int i = 0; i < 50; i++)
        {
            PeerConnection peer = await server.ConnectPeerAsync();
            await server.WaitForSessionsAsync(1);
            ChatSession session = server.Sessions[0];
            await peer.SendAsync("x\n");
            Assert.Equal("x", (await session.ReceiveAsync().Within())?.Text);
            await peer.CloseAsync();
            await server.WaitForSessionsAsync(0);
        }

        Assert.Empty(server.EndedSessions);
        Assert.Equal(0, server.Inbox.ListedSessions);
    }

    [Fact]
    public async Task A_greeting_is_the_first_thing_a_client_hears()
    {
        using ChatServer server = ChatServer.Start(TestServer.Prompt with { Greeting = "220 \u4F60\u597D", Answer = ServerAnswer.Echo });
        using ChatSession client = await server.ConnectClientAsync();
        await client.SendAsync("hello").Within();

        Assert.Equal("220 \u4F60\u597D", (await client.ReceiveAsync().Within())?.Text);
        Assert.Equal("hello", (await client.ReceiveAsync().Within())?.Text);
    }

    [Fact]
    public async Task A_client_that_resets_at_once_harms_nobody()
    {
        using ChatServer server = ChatServer.Start(TestServer.Prompt with { Answer = ServerAnswer.Echo, Greeting = "hi" });
        for (int i = 0; i < 20; i++)
        {
            PeerConnection peer = await server.ConnectPeerAsync("silent");
            await peer.ResetAsync();
        }

        using ChatSession client = await server.ConnectClientAsync();
        Assert.Equal("hi", (await client.ReceiveAsync().Within())?.Text);
        await client.SendAsync("still there").Within();
        Assert.Equal("still there", (await client.ReceiveAsync().Within())?.Text);
        await client.CloseAsync(TestServer.Time).Within();
        await server.WaitForSessionsAsync(0);
    }

    [Fact]
    public async Task The_version_changes_with_every_coming_and_going()
    {
        using ChatServer server = ChatServer.Start(TestServer.Prompt);
        int before = server.Version;
        PeerConnection peer = await server.ConnectPeerAsync();
        await server.WaitForSessionsAsync(1);
        await Bounded.EventuallyAsync(() => server.Version > before);
        int open = server.Version;
        await peer.CloseAsync();
        await server.WaitForSessionsAsync(0);

        await Bounded.EventuallyAsync(() => server.Version > open);
    }
}
