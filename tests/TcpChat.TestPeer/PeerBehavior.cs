using System.Net.Sockets;

namespace TcpChat.TestPeer;

/// <summary>What a peer does with a connection. One instance serves every connection of a listening peer, so it keeps no state.</summary>
public abstract class PeerBehavior
{
    /// <summary>The size asked for the receive buffer; null: the system's own.</summary>
    public virtual int? ReceiveBufferSize => null;

    /// <summary>Whether a listening peer leaves every connection in the accept queue, and keeps that queue full.</summary>
    public virtual bool NeverAccepts => false;

    /// <summary>Acts on one connection. The connection is closed when this returns.</summary>
    public abstract Task RunAsync(PeerConnection connection, CancellationToken cancellationToken);

    // Before listen or connect: the window that the handshake announces depends on the buffer.
    internal void Prepare(Socket socket)
    {
        if (ReceiveBufferSize is { } size)
        {
            socket.ReceiveBufferSize = size;
        }
    }
}
