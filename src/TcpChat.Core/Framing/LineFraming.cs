using System.Text;

namespace TcpChat.Framing;

/// <summary>A message is a line; see <see cref="FramingKind.Line"/>. What is left at the end of the stream is a line too.</summary>
public sealed class LineFraming : MessageFraming
{
    private readonly byte[] _lineFeed;
    private readonly byte[] _carriageReturn;
    private readonly byte[] _trailer;

    /// <summary>Makes a framing for lines of text in one encoding.</summary>
    /// <param name="encoding">Says what a line feed looks like: one byte in most, two in UTF-16, four in UTF-32. Null: UTF-8.</param>
    /// <param name="ending">What ends a line that is sent.</param>
    public LineFraming(Encoding? encoding = null, LineEnding ending = LineEnding.Lf)
    {
        encoding ??= Encoding.UTF8;
        Ending = ending;
        _lineFeed = encoding.GetBytes("\n");
        _carriageReturn = encoding.GetBytes("\r");
        _trailer = ending == LineEnding.CrLf ? encoding.GetBytes("\r\n") : _lineFeed;
    }

    /// <inheritdoc/>
    public override FramingKind Kind => FramingKind.Line;

    /// <summary>What ends a line that is sent.</summary>
    public LineEnding Ending { get; }

    /// <inheritdoc/>
    public override int TrailerSize => _trailer.Length;

    /// <inheritdoc/>
    public override FrameResult Cut(ReadOnlySpan<byte> buffer, int examined, int maximumMessageSize)
    {
        int at = FindLineFeed(buffer, examined);
        if (at < 0)
        {
            // The longest line still allowed may be waiting for its LF, or for its CR and LF.
            return buffer.Length >= (long)maximumMessageSize + _carriageReturn.Length + _lineFeed.Length
                ? FrameResult.TooLarge()
                : FrameResult.NeedMore(buffer.Length - (buffer.Length % _lineFeed.Length));
        }

        ReadOnlySpan<byte> line = buffer[..at];
        int length = line.EndsWith(_carriageReturn) ? at - _carriageReturn.Length : at;
        return length > maximumMessageSize ? FrameResult.TooLarge() : FrameResult.Message(0, length, at + _lineFeed.Length);
    }

    /// <inheritdoc/>
    public override bool IsEnded(ReadOnlySpan<byte> tail) => tail.EndsWith(_lineFeed);

    /// <inheritdoc/>
    public override int MeasureUnfinished(ReadOnlySpan<byte> rest)
    {
        ReadOnlySpan<byte> whole = rest[..(rest.Length - (rest.Length % _lineFeed.Length))];

        // A CR may be half of the line's end.
        return whole.EndsWith(_carriageReturn) ? whole.Length - _carriageReturn.Length : whole.Length;
    }

    /// <inheritdoc/>
    public override void WriteTrailer(Span<byte> trailer) => _trailer.CopyTo(trailer);

    private int FindLineFeed(ReadOnlySpan<byte> buffer, int from)
    {
        int unit = _lineFeed.Length;
        while (true)
        {
            int found = unit == 1 ? buffer[from..].IndexOf(_lineFeed[0]) : buffer[from..].IndexOf(_lineFeed);
            if (found < 0)
            {
                return -1;
            }

            int at = from + found;
            if (at % unit == 0)
            {
                return at;
            }

            // The bytes of a line feed across two code units, as in UTF-16 U+0A00 after U+xx00, end no line.
            from = at + 1;
        }
    }
}
