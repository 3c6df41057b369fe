using System.Net;
using System.Net.Sockets;

namespace TcpChat.TestPeer;

/// <summary>Starts misbehaving peers, as a server or as a client.</summary>
public static class Peer
{
    /// <summary>Starts a listening peer; each connection it accepts gets the behaviour.</summary>
    public static ListeningPeer Listen(PeerBehavior behavior, PeerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(behavior);
        return new ListeningPeer(behavior, options ?? new PeerOptions());
    }

    /// <summary>Starts a listening peer with the behaviour that <see cref="PeerBehaviors.Get"/> finds.</summary>
    public static ListeningPeer Listen(string behavior, PeerOptions? options = null) =>
        Listen(PeerBehaviors.Get(behavior), options);

    /// <summary>Connects, then acts by the behaviour.</summary>
    public static async Task<PeerConnection> ConnectAsync(
        EndPoint endPoint, PeerBehavior behavior, PeerOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(endPoint);
        ArgumentNullException.ThrowIfNull(behavior);
        if (behavior.NeverAccepts)
        {
            throw new NotSupportedException("A behaviour that never accepts can only listen.");
        }

        var socket = endPoint is IPEndPoint
            ? new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp)
            : new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            behavior.Prepare(socket);
            using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            bound.CancelAfter(Milestone.DefaultBound);
            await socket.ConnectAsync(endPoint, bound.Token).ConfigureAwait(false);
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        return PeerConnection.Start(1, socket, behavior, options?.Trace, steps: 0);
    }

    /// <summary>Connects with the behaviour that <see cref="PeerBehaviors.Get"/> finds.</summary>
    public static Task<PeerConnection> ConnectAsync(
        EndPoint endPoint, string behavior, PeerOptions? options = null, CancellationToken cancellationToken = default) =>
        ConnectAsync(endPoint, PeerBehaviors.Get(behavior), options, cancellationToken);
}
