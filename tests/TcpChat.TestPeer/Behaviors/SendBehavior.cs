namespace TcpChat.TestPeer.Behaviors;

/// <summary>Sends in one write.</summary>
public sealed class SendBehavior(ReadOnlyMemory<byte> payload, Ending then = Ending.Read) : PeerBehavior
{
    /// <inheritdoc/>
    public override async Task RunAsync(PeerConnection connection, CancellationToken cancellationToken)
    {
        await connection.SendAsync(payload, cancellationToken).ConfigureAwait(false);
        await connection.FinishAsync(then, cancellationToken).ConfigureAwait(false);
    }
}
