using System.Buffers.Binary;

namespace TcpChat.Framing;

/// <summary>A message follows its length; see <see cref="FramingKind.LengthPrefixed"/>.</summary>
public sealed class LengthPrefixedFraming : MessageFraming
{
    private const int PrefixSize = sizeof(uint);

    /// <inheritdoc/>
    public override FramingKind Kind => FramingKind.LengthPrefixed;

    /// <inheritdoc/>
    public override int HeaderSize => PrefixSize;

    /// <inheritdoc/>
    public override FrameResult Cut(ReadOnlySpan<byte> buffer, int examined, int maximumMessageSize)
    {
        if (buffer.Length < PrefixSize)
        {
            return FrameResult.NeedMore(0);
        }

        uint length = BinaryPrimitives.ReadUInt32BigEndian(buffer);
        if (length > (uint)maximumMessageSize || length > Array.MaxLength - PrefixSize)
        {
            return FrameResult.TooLarge();
        }

        int whole = PrefixSize + (int)length;
        return buffer.Length < whole ? FrameResult.NeedMore(0) : FrameResult.Message(PrefixSize, (int)length, whole);
    }

    /// <inheritdoc/>
    public override FrameResult CutRest(ReadOnlySpan<byte> rest, int maximumMessageSize) => FrameResult.Incomplete();

    /// <inheritdoc/>
    public override void WriteHeader(Span<byte> header, int payloadLength) =>
        BinaryPrimitives.WriteUInt32BigEndian(header, (uint)payloadLength);
}
