using System.Buffers.Binary;

namespace TcpChat.TestPeer.Behaviors;

/// <summary>Sends each message after its length in 4 bytes, big-endian, all in one write.</summary>
public sealed class LengthPrefixedBehavior(IEnumerable<byte[]> messages, Ending then = Ending.Read) : PeerBehavior
{
    private readonly byte[] _payload = [.. messages.SelectMany(message => (byte[])[.. Prefix((uint)message.Length), .. message])];

    /// <inheritdoc/>
    public override async Task RunAsync(PeerConnection connection, CancellationToken cancellationToken)
    {
        await connection.SendAsync(_payload, cancellationToken).ConfigureAwait(false);
        await connection.FinishAsync(then, cancellationToken).ConfigureAwait(false);
    }

    internal static byte[] Prefix(uint length)
    {
        var prefix = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(prefix, length);
        return prefix;
    }
}
