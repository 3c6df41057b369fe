using System.Net;
using TcpChat.Clients;
using TcpChat.Servers;
using TcpChat.Sessions;
using TcpChat.TestPeer;

namespace TcpChat.Core.Tests.Servers;

/// <summary>Steps that many tests of servers share.</summary>
internal static class TestServer
{
    public static readonly TimeSpan Time = TimeSpan.FromSeconds(10);

    public static int Port(this ChatServer server) => server.LocalEndPoint.Port;

    public static Task<ChatSession> ConnectClientAsync(this ChatServer server, SessionOptions? options = null) => ChatClient.ConnectAsync(
        new ClientOptions { ComputerName = "127.0.0.1", Port = server.Port(), Session = options ?? new SessionOptions() }).Within();

    public static Task<PeerConnection> ConnectPeerAsync(this ChatServer server, string behavior = "record") =>
        Peer.ConnectAsync(new IPEndPoint(IPAddress.Loopback, server.Port()), behavior).Within();

    /// <summary>Waits until the server has accepted so many connections and counts so many sessions as live.</summary>
    public static Task WaitForSessionsAsync(this ChatServer server, int count) =>
        server.Changed.WaitUntilAsync(() => server.SessionCount == count, CancellationToken.None).Within();

    public static Task WaitForAcceptedAsync(this ChatServer server, int count) =>
        server.Changed.WaitUntilAsync(() => server.Accepted >= count && server.Sessions.Count + server.EndedSessions.Count >= count, CancellationToken.None).Within();

    public static async Task<ChatMessage?> TakeAsync(this ServerInbox inbox)
    {
        ChatMessage? message;
        while (!inbox.TryTake(out message) && await inbox.WaitToTakeAsync().Within())
        {
        }

        return message;
    }
}
