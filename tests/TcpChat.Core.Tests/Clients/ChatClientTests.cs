using System.Net;
using System.Net.Sockets;
using TcpChat.Clients;
using TcpChat.Errors;
using TcpChat.Sessions;
using TcpChat.TestPeer;

namespace TcpChat.Core.Tests.Clients;

public sealed class ChatClientTests
{
    [Fact]
    public async Task A_session_knows_where_it_leads()
    {
        await using ListeningPeer peer = Peer.Listen("silent");

        using ChatSession session = await ConnectAsync(peer.Port);

        PeerConnection connection = await peer.WaitForConnectionAsync();
        Assert.Equal($"127.0.0.1:{peer.Port}", session.Name);
        Assert.Equal(peer.EndPoint, session.RemoteEndPoint);
        Assert.Equal(connection.RemoteEndPoint, session.LocalEndPoint);
        Assert.False(session.IsServerSide);
        Assert.Equal(ChatSessionState.Open, session.State);
    }

    [Fact]
    public async Task A_name_of_ones_own_is_kept()
    {
        await using ListeningPeer peer = Peer.Listen("silent");

        using ChatSession session = await ChatClient.ConnectAsync(
            new ClientOptions { ComputerName = "127.0.0.1", Port = peer.Port, Name = "printer" }).Within();

        Assert.Equal("printer", session.Name);
    }

    [Fact]
    public async Task The_name_localhost_leads_to_this_machine()
    {
        await using ListeningPeer peer = Peer.Listen("echo");
        using ChatSession session = await ChatClient.ConnectAsync(
            new ClientOptions { ComputerName = "localhost", Port = peer.Port }).Within();
        await session.SendAsync("hello").Within();

        Assert.Equal("hello", (await session.ReceiveAsync().Within())?.Text);
    }

    [Fact]
    public async Task Where_nobody_listens_the_connection_is_refused()
    {
        int port = ClosedPort.Find();

        ChatException e = await Assert.ThrowsAsync<ChatException>(() => ConnectAsync(port));

        Assert.Equal(ChatErrorCode.ConnectionRefused, e.Code);
        Assert.Contains($"127.0.0.1 port {port}", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_an_answer_the_connection_times_out()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "A full accept queue lets connects wait on Linux only.");
        await using ListeningPeer dead = Peer.Listen("never-accepts");

        ChatException e = await Assert.ThrowsAsync<ChatException>(() => ChatClient.ConnectAsync(new ClientOptions
        {
            ComputerName = "127.0.0.1",
            Port = dead.Port,
            ConnectTimeout = TimeSpan.FromMilliseconds(50),
        }).Within());

        Assert.Equal(ChatErrorCode.ConnectTimeout, e.Code);
        Assert.Contains("0.05 s", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancelling_is_no_timeout()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "A full accept queue lets connects wait on Linux only.");
        await using ListeningPeer dead = Peer.Listen("never-accepts");
        using CancellationTokenSource cancel = new();
        ClientOptions options = new() { ComputerName = "127.0.0.1", Port = dead.Port };
        Task<ChatSession> connect = ChatClient.ConnectAsync(options, cancel.Token);

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connect.Within());
    }

    [Fact]
    public async Task A_peer_that_resets_at_once_gives_an_error_or_a_session_that_ends()
    {
        await using ListeningPeer peer = Peer.Listen("reset-on-accept");
        try
        {
            using ChatSession session = await ConnectAsync(peer.Port);
            await session.WaitForCloseAsync().Within();
            Assert.Equal(CloseReason.PeerReset, session.CloseReason);
        }
        catch (ChatException e)
        {
            Assert.Equal(ChatErrorCode.ConnectFailed, e.Code);
        }
    }

    [Fact]
    public async Task A_peer_that_closes_at_once_gives_a_session_that_ends()
    {
        await using ListeningPeer peer = Peer.Listen("close-on-accept");
        using ChatSession session = await ConnectAsync(peer.Port);

        await session.WaitForCloseAsync().Within();

        Assert.Equal(CloseReason.PeerClosed, session.CloseReason);
        Assert.Null(await session.ReceiveAsync().Within());
    }

    [Fact]
    public async Task A_connection_with_itself_is_none()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Other systems may refuse it themselves.");
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        IPEndPoint itself = (IPEndPoint)socket.LocalEndPoint!;
        await socket.ConnectAsync(itself).WaitAsync(TestContext.Current.CancellationToken).Within();

        ChatException e = Assert.Throws<ChatException>(
            () => ChatClient.OpenTransport(socket, new ClientOptions { ComputerName = "127.0.0.1", Port = itself.Port }));

        Assert.Equal(ChatErrorCode.ConnectionRefused, e.Code);
    }

    private static Task<ChatSession> ConnectAsync(int port) =>
        ChatClient.ConnectAsync(new ClientOptions { ComputerName = IPAddress.Loopback.ToString(), Port = port }).Within();
}
