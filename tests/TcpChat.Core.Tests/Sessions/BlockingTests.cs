using TcpChat.Clients;
using TcpChat.Core.Tests.Servers;
using TcpChat.Errors;
using TcpChat.Servers;
using TcpChat.Sessions;
using TcpChat.TestPeer;

namespace TcpChat.Core.Tests.Sessions;

/// <summary>The methods that scripts call.</summary>
public sealed class BlockingTests
{
    [Fact]
    public async Task A_session_sends_and_receives_by_its_own_methods()
    {
        using ChatServer server = ChatServer.Start(new ServerOptions { Answer = ServerAnswer.Echo });
        using ChatSession client = await server.ConnectClientAsync();

        client.Send("text");
        client.Send([1, 2, 3]);

        Assert.Equal("text", client.Receive()?.Text);
        Assert.Equal([1, 2, 3], client.Receive()!.Bytes);
    }

    [Fact]
    public async Task Receiving_ends_when_the_time_is_up_or_the_session_is_over()
    {
        using ChatServer server = ChatServer.Start(new ServerOptions());
        using ChatSession client = await server.ConnectClientAsync();

        Assert.Equal(ChatErrorCode.ReceiveTimeout, Assert.Throws<ChatException>(() => client.Receive(0)).Code);
        await server.StopAsync(TestServer.Time).Within();
        Assert.Null(client.Receive());
    }

    [Fact]
    public async Task Sending_to_a_peer_that_never_reads_ends_when_the_time_is_up()
    {
        await using ListeningPeer peer = Peer.Listen("never-reads");
        using ChatSession client = await ChatClient.ConnectAsync(new ClientOptions { ComputerName = "127.0.0.1", Port = peer.Port }).Within();
        byte[] block = new byte[1 << 20];

        ChatException error = Assert.Throws<ChatException>(SendForEver);

        Assert.Equal(ChatErrorCode.SendTimeout, error.Code);

        void SendForEver()
        {
            while (true)
            {
                client.Send(block, 0.05);
            }
        }
    }
}
