namespace TcpChat.TestPeer.Behaviors;

/// <summary>
/// Sends piece by piece, a write for each. The system may still hand two pieces to the other side in one read: only the gate,
/// released once the earlier piece was seen there, makes a split certain.
/// </summary>
public sealed class PiecesBehavior(IReadOnlyList<byte[]> pieces, bool gated = false, Ending then = Ending.Read) : PeerBehavior
{
    /// <summary>One byte a piece.</summary>
    public static PiecesBehavior EachByte(byte[] payload, bool gated = false, Ending then = Ending.Read) =>
        new([.. payload.Select(each => (byte[])[each])], gated, then);

    /// <summary>Cut at these offsets; those outside the payload cut nothing.</summary>
    public static PiecesBehavior At(byte[] payload, IEnumerable<int> offsets, bool gated = false, Ending then = Ending.Read)
    {
        int[] cuts = [0, .. offsets.Where(offset => offset > 0 && offset < payload.Length).Distinct().Order(), payload.Length];
        return new([.. cuts.Zip(cuts.Skip(1), (from, to) => payload[from..to])], gated, then);
    }

    /// <inheritdoc/>
    public override async Task RunAsync(PeerConnection connection, CancellationToken cancellationToken)
    {
        foreach (var piece in pieces)
        {
            if (gated)
            {
                await connection.WaitForStepAsync(cancellationToken).ConfigureAwait(false);
            }

            await connection.SendAsync(piece, cancellationToken).ConfigureAwait(false);
        }

        await connection.FinishAsync(then, cancellationToken).ConfigureAwait(false);
    }
}
