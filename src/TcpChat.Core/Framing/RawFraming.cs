namespace TcpChat.Framing;

/// <summary>A message is whatever one read returned; see <see cref="FramingKind.Raw"/>.</summary>
public sealed class RawFraming : MessageFraming
{
    /// <inheritdoc/>
    public override FramingKind Kind => FramingKind.Raw;

    /// <inheritdoc/>
    public override FrameResult Cut(ReadOnlySpan<byte> buffer, int examined, int maximumMessageSize)
    {
        // There are no boundaries to break, so more than a message may hold is simply two messages.
        int length = Math.Min(buffer.Length, maximumMessageSize);
        return length == 0 ? FrameResult.NeedMore(0) : FrameResult.Message(0, length, length);
    }
}
