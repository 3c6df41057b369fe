using TcpChat.Servers;
using TcpChat.Sessions;
using TcpChat.Transport;

namespace TcpChat.Core.Tests.Servers;

/// <summary>
/// A connection that is accepted from a copy of a server's listening socket is served as the server would. The copy is made
/// for this process itself, which is the same to the system.
/// </summary>
public sealed class TakenConnectionTests : IDisposable
{
    private readonly ChatServer _server = ChatServer.Listen(TestServer.Prompt with { Model = ServerModel.Process });

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task Copies_of_one_listening_socket_accept_a_connection_each_and_the_server_none()
    {
        Task<TakenConnection> first = TakeAsync();
        Task<TakenConnection> second = TakeAsync();
        await using ClientPair clients = new(await _server.ConnectClientAsync(), await _server.ConnectClientAsync());
        foreach (TakenConnection taken in await Task.WhenAll(first, second).Within())
        {
            taken.Start();
        }

        foreach (ChatSession client in clients.Both)
        {
            await client.SendAsync("hello").Within();
            Assert.Equal("hello", (await client.ReceiveAsync().Within())!.Text);
        }

        Assert.Equal(0, _server.Accepted);
        Assert.False(_server.ConnectionWaits);
    }

    [Fact]
    public async Task While_nobody_accepts_a_connection_waits_and_one_who_comes_later_takes_it()
    {
        using ChatSession client = await _server.ConnectClientAsync();
        await Bounded.EventuallyAsync(() => _server.ConnectionWaits);
        TakenConnection taken = await TakeAsync().Within();
        Assert.False(_server.ConnectionWaits);
        Assert.Equal(client.LocalEndPoint, taken.Session.RemoteEndPoint);
        taken.Session.Dispose();
    }

    [Fact]
    public async Task Closing_a_copy_leaves_the_server_listening()
    {
        using (ChatSession client = await _server.ConnectClientAsync())
        {
            (await TakeAsync().Within()).Session.Dispose();
        }

        using ChatSession next = await _server.ConnectClientAsync();
        (await TakeAsync().Within()).Session.Dispose();
    }

    [Fact]
    public async Task Waiting_for_a_connection_can_be_ended()
    {
        using CancellationTokenSource stop = new();
        Task<TakenConnection> taking = TakeAsync(stop: stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => taking.Within());
        using ChatSession client = await _server.ConnectClientAsync();
        (await TakeAsync().Within()).Session.Dispose();
    }

    [Fact]
    public async Task It_greets_and_ends_with_its_handler_and_then_gives_up_the_connection()
    {
        Task<TakenConnection> taking = TakeAsync(TestServer.Prompt with
        {
            Greeting = "welcome",
            Handler = static async (session, stop) => await session.SendAsync($"you said {(await session.ReceiveAsync(stop))!.Text}", stop),
        });
        using ChatSession client = await _server.ConnectClientAsync();
        TakenConnection taken = await taking.Within();
        taken.Start();
        Assert.Equal("welcome", (await client.ReceiveAsync().Within())!.Text);
        await client.SendAsync("hi").Within();
        Assert.Equal("you said hi", (await client.ReceiveAsync().Within())!.Text);
        await taken.Ended.Within();
        Assert.Equal(CloseReason.LocalClosed, taken.Session.CloseReason);
        await taken.Released.Within();
    }

    [Fact]
    public async Task Stopping_stops_the_handler_and_closes_in_order()
    {
        Task<TakenConnection> taking = TakeAsync(TestServer.Prompt with
        {
            Handler = static (_, stop) => Task.Delay(Timeout.Infinite, stop),
        });
        using ChatSession client = await _server.ConnectClientAsync();
        TakenConnection taken = await taking.Within();
        taken.Start();
        await taken.StopAsync(TestServer.Time).Within();
        await taken.Ended.Within();
        await client.WaitForCloseAsync().Within();
        Assert.Equal(CloseReason.PeerClosed, client.CloseReason);
    }

    [Fact]
    public async Task After_the_server_has_stopped_there_is_nothing_to_share()
    {
        await _server.StopAsync(TestServer.Time).Within();
        Assert.Throws<ObjectDisposedException>(() => { _server.ShareListener(); });
        Assert.False(_server.ConnectionWaits);
    }

    private Task<TakenConnection> TakeAsync(ServerOptions? options = null, CancellationToken stop = default)
    {
        // Not closed: the copy that is made for children is opened here, by the process it is made for.
        ListenerShare share = _server.ShareListener();
        return TakenConnection.TakeAsync(
            share.TicketFor(Environment.ProcessId), options ?? TestServer.Prompt with { Answer = ServerAnswer.Echo }, null, null, stop);
    }

    private sealed class ClientPair(ChatSession first, ChatSession second) : IAsyncDisposable
    {
        public ChatSession[] Both { get; } = [first, second];

        public async ValueTask DisposeAsync()
        {
            foreach (ChatSession client in Both)
            {
                await client.CloseAsync(TestServer.Time);
            }
        }
    }
}
