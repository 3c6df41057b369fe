using System.Net;
using System.Net.Sockets;
using TcpChat.Clients;
using TcpChat.Core.Tests.Servers;
using TcpChat.Security;
using TcpChat.Servers;
using TcpChat.Sessions;

namespace TcpChat.Core.Tests.Tls;

/// <summary>Steps that many tests with TLS share.</summary>
internal static class TlsServer
{
    public static TlsServerOptions Tls { get; } = new() { Identity = Identities.Server };

    public static TlsClientOptions Trusting { get; } = new() { Trust = Identities.Trust };

    public static ServerOptions Options(ServerAnswer answer = ServerAnswer.Inbox) => new() { Tls = Tls, Answer = answer, Session = new SessionOptions() };

    public static ClientOptions Client(this ChatServer server, TlsClientOptions? tls = null) =>
        new() { ComputerName = "localhost", Port = server.Port(), Tls = tls ?? Trusting };

    public static Task<ChatSession> ConnectTlsAsync(this ChatServer server, TlsClientOptions? tls = null) => ChatClient.ConnectAsync(server.Client(tls)).Within();

    /// <summary>Waits until the server has turned so many connections away, and gives the last.</summary>
    public static async Task<RejectedConnection> RejectionAsync(this ChatServer server, int count = 1)
    {
        await Bounded.EventuallyAsync(() => server.RejectedCount >= count);
        return server.Rejections[^1];
    }

    /// <summary>A plain connection.</summary>
    public static async Task<Socket> ConnectPlainAsync(this ChatServer server)
    {
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, server.Port())).Within();
        return socket;
    }
}
