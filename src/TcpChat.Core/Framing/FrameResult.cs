namespace TcpChat.Framing;

/// <summary>What a framing found at the start of a buffer.</summary>
public enum FrameStatus
{
    /// <summary>No whole message yet.</summary>
    NeedMore,

    /// <summary>A whole message.</summary>
    Message,

    /// <summary>A message larger than allowed, whole or not.</summary>
    TooLarge,

    /// <summary>The stream ended inside a message that only its full length makes valid.</summary>
    Incomplete,
}

/// <summary>What a framing found at the start of a buffer, and where. All offsets and lengths are in bytes.</summary>
/// <param name="Status">What was found.</param>
/// <param name="Offset">Where the payload begins.</param>
/// <param name="Length">How long the payload is.</param>
/// <param name="Consumed">How much of the buffer the message takes, its framing included.</param>
/// <param name="Examined">With <see cref="FrameStatus.NeedMore"/>: what need not be looked at again.</param>
public readonly record struct FrameResult(FrameStatus Status, int Offset, int Length, int Consumed, int Examined)
{
    /// <summary>A message whose payload lies at <paramref name="offset"/>.</summary>
    public static FrameResult Message(int offset, int length, int consumed) => new(FrameStatus.Message, offset, length, consumed, 0);

    /// <summary>No whole message yet.</summary>
    public static FrameResult NeedMore(int examined) => new(FrameStatus.NeedMore, 0, 0, 0, examined);

    /// <summary>A message larger than allowed.</summary>
    public static FrameResult TooLarge() => new(FrameStatus.TooLarge, 0, 0, 0, 0);

    /// <summary>The stream ended too early.</summary>
    public static FrameResult Incomplete() => new(FrameStatus.Incomplete, 0, 0, 0, 0);
}
