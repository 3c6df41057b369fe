namespace TcpChat.Framing;

/// <summary>A message ends with a delimiter; see <see cref="FramingKind.Delimiter"/>. What is left at the end of the stream is a message too.</summary>
public sealed class DelimiterFraming : MessageFraming
{
    private readonly byte[] _delimiter;

    /// <summary>Makes a framing for one delimiter.</summary>
    /// <param name="delimiter">One byte at least.</param>
    /// <exception cref="ArgumentException">The delimiter is empty.</exception>
    public DelimiterFraming(ReadOnlySpan<byte> delimiter)
    {
        if (delimiter.IsEmpty)
        {
            throw new ArgumentException("A delimiter has at least one byte.", nameof(delimiter));
        }

        _delimiter = delimiter.ToArray();
    }

    /// <inheritdoc/>
    public override FramingKind Kind => FramingKind.Delimiter;

    /// <summary>What ends a message.</summary>
    public ReadOnlySpan<byte> Delimiter => _delimiter;

    /// <inheritdoc/>
    public override int TrailerSize => _delimiter.Length;

    /// <inheritdoc/>
    public override FrameResult Cut(ReadOnlySpan<byte> buffer, int examined, int maximumMessageSize)
    {
        int found = buffer[examined..].IndexOf(_delimiter);
        if (found >= 0)
        {
            int length = examined + found;
            return length > maximumMessageSize ? FrameResult.TooLarge() : FrameResult.Message(0, length, length + _delimiter.Length);
        }

        // The last bytes may be the beginning of the delimiter, so they are looked at again.
        return buffer.Length >= (long)maximumMessageSize + _delimiter.Length
            ? FrameResult.TooLarge()
            : FrameResult.NeedMore(Math.Max(0, buffer.Length - (_delimiter.Length - 1)));
    }

    /// <inheritdoc/>
    public override bool IsEnded(ReadOnlySpan<byte> tail) => tail.EndsWith(_delimiter);

    /// <inheritdoc/>
    public override int MeasureUnfinished(ReadOnlySpan<byte> rest)
    {
        // The last bytes may be the beginning of the delimiter.
        int begun = Math.Min(_delimiter.Length - 1, rest.Length);
        while (!rest.EndsWith(_delimiter.AsSpan(0, begun)))
        {
            begun--;
        }

        return rest.Length - begun;
    }

    /// <inheritdoc/>
    public override void WriteTrailer(Span<byte> trailer) => _delimiter.CopyTo(trailer);
}
