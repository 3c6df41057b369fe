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

    /// <summary>A session ends as soon as its peer has closed, and not two seconds later.</summary>
    public static ServerOptions Prompt { get; } = new() { Session = new SessionOptions() };

    public static int Port(this ChatServer server) => server.LocalEndPoint.Port;

    public static Task<ChatSession> ConnectClientAsync(this ChatServer server, SessionOptions? options = null) => ChatClient.ConnectAsync(
        new ClientOptions { ComputerName = "127.0.0.1", Port = server.Port(), Session = options ?? new SessionOptions() }).Within();

    public static Task<PeerConnection> ConnectPeerAsync(this ChatServer server, string behavior = "record") =>
        Peer.ConnectAsync(new IPEndPoint(IPAddress.Loopback, server.Port()), behavior).Within();

    /// <summary>Waits until the server has accepted so many connections and counts so many sessions as live.</summary>
    public static Task WaitForSessionsAsync(this ChatServer server, int count) =>
        server.Changed.WaitUntilAsync(() => server.SessionCount == count, CancellationToken.None).Within();

    /// <summary>Waits until that many sessions have come, whether they live or not.</summary>
    public static Task WaitForAcceptedAsync(this ChatServer server, int count) => server.Changed.WaitUntilAsync(
        () => server.SessionCount + server.EndedSessions.Count >= count, CancellationToken.None).Within();

    /// <summary>Waits until that many connections have been accepted in all, and none of their sessions lives.</summary>
    public static Task WaitForAllEndedAsync(this ChatServer server, int accepted) => server.Changed.WaitUntilAsync(
        () => server.Accepted == accepted && server.SessionCount == 0, CancellationToken.None).Within();

    public static async Task<ChatMessage?> TakeAsync(this ServerInbox inbox)
    {
        ChatMessage? message;
        while (!inbox.TryTake(out message) && await inbox.WaitToTakeAsync().Within())
        {
        }

        return message;
    }
}
