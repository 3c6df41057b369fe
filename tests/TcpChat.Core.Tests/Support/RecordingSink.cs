using TcpChat.Sessions;

namespace TcpChat.Core.Tests.Support;

/// <summary>Keeps what a reader offers, and refuses each message as often as a test says before it takes it.</summary>
internal sealed class RecordingSink(int refusals = 0) : SessionSink
{
    private int _refused;

    public List<byte[]> Messages { get; } = [];

    /// <summary>How many messages had been taken at the end of each read.</summary>
    public List<int> EndsOfReads { get; } = [];

    public int WaitsForRoom { get; private set; }

    /// <summary>What happens while the reader waits for room.</summary>
    public Func<CancellationToken, ValueTask> OnWaitForRoom { get; init; } = static _ => ValueTask.CompletedTask;

    /// <summary>What happens at the end of a read.</summary>
    public Func<CancellationToken, ValueTask> OnEndOfRead { get; init; } = static _ => ValueTask.CompletedTask;

    public override bool Offer(ReadOnlySpan<byte> payload)
    {
        if (_refused < refusals)
        {
            _refused++;
            return false;
        }

        _refused = 0;
        Messages.Add(payload.ToArray());
        return true;
    }

    public override ValueTask WaitForRoomAsync(CancellationToken cancellationToken)
    {
        WaitsForRoom++;
        return OnWaitForRoom(cancellationToken);
    }

    public override ValueTask EndOfReadAsync(CancellationToken cancellationToken)
    {
        EndsOfReads.Add(Messages.Count);
        return OnEndOfRead(cancellationToken);
    }
}
