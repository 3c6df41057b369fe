using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;

namespace TcpChat.Transcripts;

/// <summary>
/// Leaves text of every language as it is, emoji too, and escapes what would do something to a terminal that shows the
/// file: control characters, line and paragraph separators, and what turns the direction of writing.
/// </summary>
internal sealed class TranscriptEncoder : JavaScriptEncoder
{
    private const char ZeroWidthNonJoiner = '\u200C';
    private const char ZeroWidthJoiner = '\u200D';

    private static readonly JavaScriptEncoder s_escapes = Create(UnicodeRanges.None);

    public static TranscriptEncoder Instance { get; } = new();

    public override int MaxOutputCharactersPerInputCharacter => s_escapes.MaxOutputCharactersPerInputCharacter;

    public override bool WillEncode(int unicodeScalar) => unicodeScalar switch
    {
        '"' or '\\' => true,
        < 0x7F => unicodeScalar < ' ',

        // They hold emoji and words together.
        ZeroWidthNonJoiner or ZeroWidthJoiner => false,
        _ => CharUnicodeInfo.GetUnicodeCategory(unicodeScalar) is UnicodeCategory.Control
            or UnicodeCategory.Format
            or UnicodeCategory.Surrogate
            or UnicodeCategory.LineSeparator
            or UnicodeCategory.ParagraphSeparator
            or UnicodeCategory.OtherNotAssigned,
    };

    public override unsafe int FindFirstCharacterToEncode(char* text, int textLength)
    {
        ReadOnlySpan<char> rest = new(text, textLength);
        while (!rest.IsEmpty)
        {
            if (Rune.DecodeFromUtf16(rest, out Rune rune, out int used) != System.Buffers.OperationStatus.Done || WillEncode(rune.Value))
            {
                return textLength - rest.Length;
            }

            rest = rest[used..];
        }

        return -1;
    }

    public override unsafe bool TryEncodeUnicodeScalar(int unicodeScalar, char* buffer, int bufferLength, out int numberOfCharactersWritten) =>
        s_escapes.TryEncodeUnicodeScalar(unicodeScalar, buffer, bufferLength, out numberOfCharactersWritten);
}
