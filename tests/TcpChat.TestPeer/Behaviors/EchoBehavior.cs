namespace TcpChat.TestPeer.Behaviors;

/// <summary>Sends back what it reads.</summary>
public sealed class EchoBehavior : PeerBehavior
{
    /// <inheritdoc/>
    public override async Task RunAsync(PeerConnection connection, CancellationToken cancellationToken)
    {
        var buffer = new byte[64 * 1024];
        while (await connection.ReceiveAsync(buffer, cancellationToken).ConfigureAwait(false) is > 0 and var count)
        {
            await connection.SendAsync(buffer.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
        }
    }
}
