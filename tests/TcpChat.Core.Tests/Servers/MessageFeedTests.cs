using System.Collections.Concurrent;
using System.Net;
using TcpChat.Servers;
using TcpChat.Sessions;

namespace TcpChat.Core.Tests.Servers;

/// <summary>Somebody is told of each message of a server.</summary>
public sealed class MessageFeedTests
{
    private readonly ConcurrentQueue<string> _told = new();

    [Fact]
    public async Task What_waits_and_what_comes_is_taken_for_whom_it_is_told_to()
    {
        using ChatServer server = ChatServer.Start(TestServer.Prompt);
        using ChatSession client = await server.ConnectClientAsync();
        await client.SendAsync("1").Within();
        await Bounded.EventuallyAsync(() => server.Inbox.TryPeek(out _));

        server.TellMessages(Tell);
        await client.SendAsync("2").Within();
        await client.SendAsync("3").Within();

        await Bounded.EventuallyAsync(() => _told.Count == 3);
        Assert.Equal(["1", "2", "3"], _told);
        Assert.False(server.Inbox.TryPeek(out _));
    }

    [Fact]
    public async Task Afterwards_messages_wait_again()
    {
        using ChatServer server = ChatServer.Start(TestServer.Prompt);
        using ChatSession client = await server.ConnectClientAsync();
        server.TellMessages(Tell);
        await client.SendAsync("told").Within();
        await Bounded.EventuallyAsync(() => _told.Count == 1);
        server.TellMessages(null);
        await client.SendAsync("waits").Within();

        Assert.Equal("waits", (await server.Inbox.TakeAsync())?.Text);
        Assert.Equal(["told"], _told);
    }

    [Fact]
    public async Task More_than_an_inbox_holds_is_told_of_in_order()
    {
        using ChatServer server = ChatServer.Start(TestServer.Prompt with { Session = new SessionOptions { InboxLimit = 4 } });
        server.TellMessages(Tell);
        using ChatSession one = await server.ConnectClientAsync();
        using ChatSession other = await server.ConnectClientAsync();
        for (int i = 0; i < 2000; i++)
        {
            await one.SendAsync($"a{i}").Within();
            await other.SendAsync($"b{i}").Within();
        }

        await Bounded.EventuallyAsync(() => _told.Count == 4000);
        foreach (char client in "ab")
        {
            Assert.Equal(Enumerable.Range(0, 2000).Select(i => $"{client}{i}"), _told.Where(t => t[0] == client));
        }
    }

    [Fact]
    public async Task The_end_of_a_session_is_told_of_after_its_messages()
    {
        using ChatServer server = ChatServer.Start(TestServer.Prompt);
        using ManualResetEventSlim go = new();
        server.SessionClosed += s => server.TellClosed(s, _ => _told.Enqueue("closed"));
        server.TellMessages(message =>
        {
            Assert.True(go.Wait(TimeSpan.FromSeconds(20)));
            Tell(message);
        });
        using ChatSession client = await server.ConnectClientAsync();
        for (int i = 0; i < 10; i++)
        {
            await client.SendAsync($"{i}").Within();
        }

        await client.CloseAsync(TestServer.Time).Within();
        await server.WaitForAllEndedAsync(1);
        go.Set();

        await Bounded.EventuallyAsync(() => _told.Count == 11);
        Assert.Equal([.. Enumerable.Range(0, 10).Select(i => $"{i}"), "closed"], _told);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Where_something_answers_it_is_told_besides(bool handler)
    {
        using ChatServer server = ChatServer.Start(TestServer.Prompt with
        {
            Answer = ServerAnswer.Echo,
            Handler = !handler ? null : async (session, stop) =>
            {
                while (await session.ReceiveAsync(stop) is { } message)
                {
                    await session.SendAsync(message.Text, stop);
                }
            },
        });
        server.TellMessages(Tell);
        using ChatSession client = await server.ConnectClientAsync();
        await client.SendAsync("\u4F60").Within();
        await client.SendAsync("two").Within();

        Assert.Equal("\u4F60", (await client.ReceiveAsync().Within())?.Text);
        Assert.Equal("two", (await client.ReceiveAsync().Within())?.Text);
        await Bounded.EventuallyAsync(() => _told.Count == 2);
        Assert.Equal(["\u4F60", "two"], _told);
    }

    [Fact]
    public async Task After_a_stop_what_had_come_is_still_told_of()
    {
        using ChatServer server = ChatServer.Start(TestServer.Prompt);
        using ChatSession client = await server.ConnectClientAsync();
        await client.SendAsync("last").Within();
        await Bounded.EventuallyAsync(() => server.Inbox.TryPeek(out _));
        await server.StopAsync(TestServer.Time).Within();

        server.TellMessages(Tell);

        await Bounded.EventuallyAsync(() => _told.Count == 1);
    }

    private void Tell(ChatMessage message)
    {
        Assert.Equal(IPAddress.Loopback, (message.Session.RemoteEndPoint as IPEndPoint)?.Address);
        _told.Enqueue(message.Text);
    }
}
