namespace TcpChat.TestPeer.Behaviors;

/// <summary>Never reads, and offers a small window, so that the other side's sends are soon refused.</summary>
public sealed class NeverReadsBehavior : PeerBehavior
{
    /// <inheritdoc/>
    public override int? ReceiveBufferSize => 4096;

    /// <inheritdoc/>
    public override Task RunAsync(PeerConnection connection, CancellationToken cancellationToken) =>
        connection.HoldAsync(cancellationToken);
}
