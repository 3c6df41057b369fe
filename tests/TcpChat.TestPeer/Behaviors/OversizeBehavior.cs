namespace TcpChat.TestPeer.Behaviors;

/// <summary>Sends so many bytes with no line end among them.</summary>
public sealed class OversizeBehavior(int count, Ending then = Ending.Read) : PeerBehavior
{
    /// <inheritdoc/>
    public override async Task RunAsync(PeerConnection connection, CancellationToken cancellationToken)
    {
        var block = new byte[Math.Min(count, 16 * 1024)];
        Array.Fill(block, (byte)'x');
        for (var left = count; left > 0; left -= block.Length)
        {
            await connection.SendAsync(block.AsMemory(0, Math.Min(left, block.Length)), cancellationToken).ConfigureAwait(false);
        }

        await connection.FinishAsync(then, cancellationToken).ConfigureAwait(false);
    }
}
