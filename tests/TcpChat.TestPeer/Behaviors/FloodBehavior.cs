using System.Globalization;
using System.Text;

namespace TcpChat.TestPeer.Behaviors;

/// <summary>Sends numbered lines of one length as fast as it can.</summary>
public sealed class FloodBehavior(int lines, int size = 16, Ending then = Ending.Read) : PeerBehavior
{
    /// <summary>Ten digits and the line end.</summary>
    public const int MinimumSize = 11;

    // Small, because what the system accepted is known only once a whole write has passed.
    private const int WriteSize = 4096;

    /// <summary>The line with this number, its end included; the first is 1.</summary>
    public static string Line(int number, int size) => number.ToString("D10", CultureInfo.InvariantCulture).PadRight(size - 1, '.') + "\n";

    /// <inheritdoc/>
    public override async Task RunAsync(PeerConnection connection, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, MinimumSize);
        var perWrite = Math.Max(1, WriteSize / size);
        var batch = new StringBuilder();
        for (var number = 1; number <= lines; number++)
        {
            batch.Append(Line(number, size));
            if (number % perWrite == 0 || number == lines)
            {
                await connection.SendAsync(batch.ToString(), cancellationToken).ConfigureAwait(false);
                batch.Clear();
            }
        }

        await connection.FinishAsync(then, cancellationToken).ConfigureAwait(false);
    }
}
