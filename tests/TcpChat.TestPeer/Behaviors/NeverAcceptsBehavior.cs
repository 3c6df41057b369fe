namespace TcpChat.TestPeer.Behaviors;

/// <summary>Listens and never accepts; the accept queue is full, so that a handshake does not complete.</summary>
public sealed class NeverAcceptsBehavior : PeerBehavior
{
    /// <inheritdoc/>
    public override bool NeverAccepts => true;

    /// <inheritdoc/>
    public override Task RunAsync(PeerConnection connection, CancellationToken cancellationToken) =>
        throw new NotSupportedException("It never accepts a connection.");
}
