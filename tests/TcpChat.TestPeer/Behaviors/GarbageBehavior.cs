namespace TcpChat.TestPeer.Behaviors;

/// <summary>Sends random bytes, the same for the same seed.</summary>
public sealed class GarbageBehavior(int seed = 7, int count = 65_536, Ending then = Ending.Read) : PeerBehavior
{
    /// <summary>What it sends.</summary>
    public static byte[] Payload(int seed, int count)
    {
        var bytes = new byte[count];
#pragma warning disable CA5394 // Repeatable, not secret.
        new Random(seed).NextBytes(bytes);
#pragma warning restore CA5394
        return bytes;
    }

    /// <inheritdoc/>
    public override async Task RunAsync(PeerConnection connection, CancellationToken cancellationToken)
    {
        await connection.SendAsync(Payload(seed, count), cancellationToken).ConfigureAwait(false);
        await connection.FinishAsync(then, cancellationToken).ConfigureAwait(false);
    }
}
