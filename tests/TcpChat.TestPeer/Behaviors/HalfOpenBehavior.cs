namespace TcpChat.TestPeer.Behaviors;

/// <summary>Reads so many bytes, then vanishes without a word.</summary>
public sealed class HalfOpenBehavior(int after = 0) : PeerBehavior
{
    /// <inheritdoc/>
    public override async Task RunAsync(PeerConnection connection, CancellationToken cancellationToken)
    {
        if (await connection.ReadAsync(after, cancellationToken).ConfigureAwait(false))
        {
            connection.Vanish();
            await connection.HoldAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
