namespace TcpChat.TestPeer.Behaviors;

/// <summary>Reads once for each step released, and offers a small window.</summary>
public sealed class SlowReaderBehavior(int bytes = 1024, int reads = 0, Ending then = Ending.Hold) : PeerBehavior
{
    /// <inheritdoc/>
    public override int? ReceiveBufferSize => 4096;

    /// <inheritdoc/>
    public override async Task RunAsync(PeerConnection connection, CancellationToken cancellationToken)
    {
        var buffer = new byte[bytes];
        for (var done = 0; reads == 0 || done < reads; done++)
        {
            await connection.WaitForStepAsync(cancellationToken).ConfigureAwait(false);
            if (await connection.ReceiveAsync(buffer, cancellationToken).ConfigureAwait(false) == 0)
            {
                return;
            }
        }

        await connection.FinishAsync(then, cancellationToken).ConfigureAwait(false);
    }
}
