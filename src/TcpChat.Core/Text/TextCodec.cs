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
    /// <summary>Bytes of the longest character in UTF-8.</summary>
    private const int LongestCharacter = 4;

    /// <summary>More characters than any decoder holds back; a buffer that is too small all the same is filled again.</summary>
    private const int MostPendingCharacters = 16;

    private readonly CountingReplacementFallback _fallback = new();
    private readonly Encoding _strictEncoder;
    private readonly Encoding _lenientDecoder;
    private readonly bool _isUtf8;
    private Decoder? _streamDecoder;
    private byte[]? _cut;
    private long _invalidBytes;

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

    /// <summary>How many bytes have been replaced so far, in texts that were asked for.</summary>
    public long InvalidBytes => _fallback.InvalidBytes + Volatile.Read(ref _invalidBytes);

    /// <summary>
    /// The text of a whole message. UTF-8 is decoded when it is asked for, because binary data never is.
    /// </summary>
    public MessageText Describe(ReadOnlySpan<byte> message) => _isUtf8 ? default : new MessageText(Decode(_lenientDecoder.GetDecoder(), message, flush: true), null, 0);

    /// <summary>The text of one piece of a stream. A character cut in two by the pieces comes with the second.</summary>
    public MessageText DescribePiece(ReadOnlySpan<byte> piece)
    {
        if (!_isUtf8)
        {
            _streamDecoder ??= _lenientDecoder.GetDecoder();
            return new MessageText(Decode(_streamDecoder, piece, flush: false), null, 0);
        }

        // An unfinished character is shorter than this, so where the piece is longer what came before it does not matter.
        byte[]? before = _cut;
        ReadOnlySpan<byte> all = before is null || piece.Length >= LongestCharacter ? piece : [.. before, .. piece];
        int cut = UnfinishedLength(all);
        _cut = cut == 0 ? null : all[^cut..].ToArray();
        return new MessageText(null, before, cut);
    }

    /// <summary>The text that was described as still to be decoded.</summary>
    /// <param name="bytes">The message.</param>
    /// <param name="text">Its description.</param>
    /// <param name="invalidBytes">How many bytes were replaced; to be given to <see cref="CountInvalid"/> once.</param>
    public static string Decode(byte[] bytes, MessageText text, out int invalidBytes)
    {
        ReadOnlySpan<byte> all = text.Before is null ? bytes : [.. text.Before, .. bytes];
        all = all[..^text.Cut];
        invalidBytes = Utf8.IsValid(all) ? 0 : CountInvalidBytes(all);
        return Encoding.UTF8.GetString(all);
    }

    /// <summary>The next piece is the first of another stream: a character that the old one left unfinished is dropped.</summary>
    public void BeginStream()
    {
        _streamDecoder = null;
        _cut = null;
    }

    /// <summary>The text of a message that is not whole yet; nothing is counted, and an unfinished character is left out.</summary>
    public string DecodeUnfinished(ReadOnlySpan<byte> bytes) =>
        _isUtf8 ? Encoding.UTF8.GetString(bytes[..^UnfinishedLength(bytes)]) : Decode(MakeQuietDecoder(), bytes, flush: false);

    /// <summary>How many bytes the first characters of a text stand for. A character is never split.</summary>
    /// <param name="before">Bytes of its first character that are not among <paramref name="bytes"/>.</param>
    /// <param name="bytes">The text's bytes.</param>
    /// <param name="characters">How many UTF-16 code units; afterwards, how many they really are.</param>
    public int Measure(byte[]? before, ReadOnlySpan<byte> bytes, ref int characters)
    {
        ReadOnlySpan<byte> all = before is null ? bytes : [.. before, .. bytes];
        int length = _isUtf8 ? MeasureUtf8(all, ref characters) : MeasureOther(all, ref characters);
        return Math.Max(0, length - (before?.Length ?? 0));
    }

    public void CountInvalid(int bytes) => Interlocked.Add(ref _invalidBytes, bytes);

    private static string Decode(Decoder decoder, ReadOnlySpan<byte> bytes, bool flush)
    {
        // One pass: GetString makes two, and would count each invalid byte twice.
        char[] chars = ArrayPool<char>.Shared.Rent(Math.Max(1, bytes.Length + MostPendingCharacters));
        try
        {
            StringBuilder? text = null;
            while (true)
            {
                decoder.Convert(bytes, chars, flush, out int read, out int written, out bool completed);
                bytes = bytes[read..];
                if (completed)
                {
                    return text is null ? new string(chars, 0, written) : text.Append(chars, 0, written).ToString();
                }

                text = (text ?? new StringBuilder()).Append(chars, 0, written);
            }
        }
        finally
        {
            ArrayPool<char>.Shared.Return(chars);
        }
    }

    private static int MeasureUtf8(ReadOnlySpan<byte> bytes, ref int characters)
    {
        int length = 0;
        int passed = 0;
        while (passed < characters && length < bytes.Length)
        {
            // What is no character is decoded as U+FFFD, one code unit.
            passed += Rune.DecodeFromUtf8(bytes[length..], out Rune rune, out int used) == OperationStatus.Done ? rune.Utf16SequenceLength : 1;
            length += used;
        }

        characters = passed;
        return length;
    }

    private int MeasureOther(ReadOnlySpan<byte> bytes, ref int characters)
    {
        Decoder decoder = MakeQuietDecoder();
        Span<char> chars = stackalloc char[MostPendingCharacters];
        int length = 0;
        int passed = 0;
        while (passed < characters && length < bytes.Length)
        {
            passed += decoder.GetChars(bytes.Slice(length, 1), chars, flush: false);
            length++;
        }

        characters = passed;
        return length;
    }

    private Decoder MakeQuietDecoder()
    {
        Decoder decoder = Encoding.GetDecoder();
        decoder.Fallback = DecoderFallback.ReplacementFallback;
        return decoder;
    }

    /// <summary>How many bytes at the end are the beginning of a character.</summary>
    private static int UnfinishedLength(ReadOnlySpan<byte> bytes)
    {
        for (int length = 1; length < LongestCharacter && length <= bytes.Length; length++)
        {
            if (Rune.DecodeFromUtf8(bytes[^length..], out _, out int used) == OperationStatus.NeedMoreData && used == length)
            {
                return length;
            }
        }

        return 0;
    }

    private static int CountInvalidBytes(ReadOnlySpan<byte> bytes)
    {
        int invalid = 0;
        while (!bytes.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(bytes, out _, out int used) != OperationStatus.Done)
            {
                invalid += used;
            }

            bytes = bytes[used..];
        }

        return invalid;
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
