namespace TcpChat.TestPeer.Behaviors;

/// <summary>
/// Sends nothing: closes, resets, holds or records from the start. A reset that comes before the other side has seen its
/// connect succeed makes the connect fail: the gate, released after the connect, leaves no doubt.
/// </summary>
public sealed class EndBehavior(Ending ending, bool gated = false) : PeerBehavior
{
    /// <inheritdoc/>
    public override async Task RunAsync(PeerConnection connection, CancellationToken cancellationToken)
    {
        if (gated)
        {
            await connection.WaitForStepAsync(cancellationToken).ConfigureAwait(false);
        }

        await connection.FinishAsync(ending, cancellationToken).ConfigureAwait(false);
    }
}
