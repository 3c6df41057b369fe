namespace TcpChat.TestPeer.Behaviors;

/// <summary>Reads exactly so many bytes, then resets.</summary>
public sealed class ResetAfterBehavior(int count) : PeerBehavior
{
    /// <inheritdoc/>
    public override async Task RunAsync(PeerConnection connection, CancellationToken cancellationToken)
    {
        if (await connection.ReadAsync(count, cancellationToken).ConfigureAwait(false))
        {
            connection.ResetWhenClosed();
        }
    }
}
