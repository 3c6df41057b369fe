namespace TcpChat.TestPeer.Behaviors;

/// <summary>Announces a length in 4 bytes, big-endian, and sends another number of bytes after it.</summary>
public sealed class TruncateLengthBehavior(uint announced = 100, int count = 10, Ending then = Ending.Close) : PeerBehavior
{
    /// <inheritdoc/>
    public override async Task RunAsync(PeerConnection connection, CancellationToken cancellationToken)
    {
        var body = new byte[count];
        Array.Fill(body, (byte)'x');
        await connection.SendAsync((byte[])[.. LengthPrefixedBehavior.Prefix(announced), .. body], cancellationToken).ConfigureAwait(false);
        await connection.FinishAsync(then, cancellationToken).ConfigureAwait(false);
    }
}
