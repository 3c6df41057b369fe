namespace TcpChat.Files;

/// <summary>How long a file may take.</summary>
public sealed record FileTransferLimits
{
    /// <summary>How long from beginning to end; no limit unless set. Zero: what cannot be done at once is too late.</summary>
    public TimeSpan Time { get; init; } = Timeout.InfiniteTimeSpan;

    /// <summary>How long nothing at all may move: 30 s unless set.</summary>
    public TimeSpan Stall { get; init; } = TimeSpan.FromSeconds(30);
}
