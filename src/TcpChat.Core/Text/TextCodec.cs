using System.Buffers;
using System.Text;
using System.Text.Unicode;
using TcpChat.Errors;
using TcpChat.Framing;

namespace TcpChat.Text;

/// <summary>
/// Turns the text of one session into bytes and back. Bytes that are no text are replaced with U+FFFD and counted;
/// characters that the encoding does not have are refused, because a message that says something else is worse than none.
/// </summary>
internal sealed class TextCodec
{
    private readonly CountingReplacementFallback _fallback = new();
    private readonly Encoding _strictEncoder;
    private readonly Encoding _lenientDecoder;
    private readonly bool _isUtf8;
    private Decoder? _streamDecoder;

    public TextCodec(Encoding encoding)
    {
        Encoding = encoding;
        _isUtf8 = encoding.CodePage == Encoding.UTF8.CodePage;

        // Copies, and not others of the same code page: that may be unknown to the system, or no code page at all.
        _strictEncoder = (Encoding)encoding.Clone();
        _strictEncoder.EncoderFallback = EncoderFallback.ExceptionFallback;
        _lenientDecoder = (Encoding)encoding.Clone();
        _lenientDecoder.DecoderFallback = _fallback;
    }

    public Encoding Encoding { get; }

    /// <summary>How many bytes have been replaced so far.</summary>
    public long InvalidBytes => _fallback.InvalidBytes;

    /// <summary>
    /// The text of a whole message, or null where it can be decoded later without losing count: valid UTF-8, by far the most.
    /// </summary>
    public string? DecodeUnlessValid(ReadOnlySpan<byte> message)
    {
        if (_isUtf8 && Utf8.IsValid(message))
        {
            return null;
        }

        // GetString would go over the bytes twice, and count each invalid one twice.
        char[] chars = ArrayPool<char>.Shared.Rent(_lenientDecoder.GetMaxCharCount(message.Length));
        try
        {
            return new string(chars, 0, _lenientDecoder.GetChars(message, chars));
        }
        finally
        {
            ArrayPool<char>.Shared.Return(chars);
        }
    }

    /// <summary>The text of one piece of a stream. A character cut in two by the pieces comes with the second.</summary>
    public string DecodePiece(ReadOnlySpan<byte> piece)
    {
        _streamDecoder ??= _lenientDecoder.GetDecoder();
        char[] chars = new char[_lenientDecoder.GetMaxCharCount(piece.Length)];
        int count = _streamDecoder.GetChars(piece, chars, flush: false);
        return new string(chars, 0, count);
    }

    /// <summary>The message as it goes over the wire.</summary>
    /// <exception cref="ChatException"><see cref="ChatErrorCode.TextNotEncodable"/>.</exception>
    public byte[] Wrap(string text, MessageFraming framing)
    {
        try
        {
            int length = _strictEncoder.GetByteCount(text);
            byte[] frame = new byte[framing.HeaderSize + length + framing.TrailerSize];
            _strictEncoder.GetBytes(text, frame.AsSpan(framing.HeaderSize, length));
            framing.Complete(frame, length);
            return frame;
        }
        catch (EncoderFallbackException e)
        {
            string character = e.CharUnknownHigh != '\0'
                ? $"U+{char.ConvertToUtf32(e.CharUnknownHigh, e.CharUnknownLow):X}"
                : $"U+{(int)e.CharUnknown:X4}";
            throw new ChatException(
                ChatErrorCode.TextNotEncodable,
                $"The character {character} at position {e.Index} cannot be sent in the encoding {Encoding.WebName}.",
                e);
        }
    }
}
