namespace TcpChat.Framing;

/// <summary>
/// Cuts messages out of a stream and wraps messages for sending. A framing keeps no state: what it has not cut stays
/// in the caller's buffer, so one instance serves any number of sessions at once.
/// </summary>
public abstract class MessageFraming
{
    /// <summary>Which framing this is.</summary>
    public abstract FramingKind Kind { get; }

    /// <summary>Bytes before each payload on the wire.</summary>
    public virtual int HeaderSize => 0;

    /// <summary>Bytes after each payload on the wire.</summary>
    public virtual int TrailerSize => 0;

    /// <summary>Looks for one message at the start of <paramref name="buffer"/>.</summary>
    /// <param name="buffer">The bytes that have arrived and have not been cut, oldest first.</param>
    /// <param name="examined">How many bytes an earlier call on the same start of the buffer has looked at already; 0 at first.</param>
    /// <param name="maximumMessageSize">The largest payload allowed, in bytes.</param>
    public abstract FrameResult Cut(ReadOnlySpan<byte> buffer, int examined, int maximumMessageSize);

    /// <summary>Says what the bytes left over at the end of the stream are. Called only when there are some.</summary>
    public virtual FrameResult CutRest(ReadOnlySpan<byte> rest, int maximumMessageSize) =>
        rest.Length > maximumMessageSize ? FrameResult.TooLarge() : FrameResult.Message(0, rest.Length, rest.Length);

    /// <summary>True where nothing need follow for these bytes, the last of several, to end a message.</summary>
    public virtual bool IsEnded(ReadOnlySpan<byte> tail) => true;

    /// <summary>
    /// How many bytes of an unfinished message are certain to belong to its payload, however it goes on. 0 where a message
    /// means nothing before it is whole.
    /// </summary>
    /// <param name="rest">The bytes that have arrived and are no whole message.</param>
    public virtual int MeasureUnfinished(ReadOnlySpan<byte> rest) => 0;

    /// <summary>Writes what stands before a payload; <paramref name="header"/> is <see cref="HeaderSize"/> long.</summary>
    public virtual void WriteHeader(Span<byte> header, int payloadLength)
    {
    }

    /// <summary>Writes what stands after a payload; <paramref name="trailer"/> is <see cref="TrailerSize"/> long.</summary>
    public virtual void WriteTrailer(Span<byte> trailer)
    {
    }

    /// <summary>A new array with the payload as it goes over the wire.</summary>
    public byte[] Wrap(ReadOnlySpan<byte> payload)
    {
        byte[] frame = new byte[HeaderSize + payload.Length + TrailerSize];
        payload.CopyTo(frame.AsSpan(HeaderSize));
        Complete(frame, payload.Length);
        return frame;
    }

    /// <summary>Adds header and trailer around a payload that already stands at its place in <paramref name="frame"/>.</summary>
    public void Complete(Span<byte> frame, int payloadLength)
    {
        WriteHeader(frame[..HeaderSize], payloadLength);
        WriteTrailer(frame.Slice(HeaderSize + payloadLength, TrailerSize));
    }
}
