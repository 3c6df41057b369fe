namespace TcpChat.TestPeer.Behaviors;

/// <summary>Sends nothing: closes, resets, holds or records from the start.</summary>
public sealed class EndBehavior(Ending ending) : PeerBehavior
{
    /// <inheritdoc/>
    public override Task RunAsync(PeerConnection connection, CancellationToken cancellationToken) =>
        connection.FinishAsync(ending, cancellationToken);
}
