using System.Globalization;
using System.Text;

namespace TcpChat.Display;

/// <summary>
/// Makes text from the network safe to show on a terminal: what could move the cursor, change colours or turn the
/// direction of writing is shown as a visible sign. All other Unicode stays as it is.
/// </summary>
public static class DisplayText
{
    private const int FirstControlPicture = 0x2400;
    private const int LongestTail = 200;
    private const char DeletePicture = '\u2421';

    /// <summary>The text with nothing in it that a terminal would obey.</summary>
    public static string Clean(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!text.Any(IsActive))
        {
            return text;
        }

        StringBuilder clean = new(text.Length);
        foreach (char c in text)
        {
            clean.Append(IsActive(c) ? Picture(c) : c);
        }

        return clean.ToString();
    }

    /// <summary>The end of a text, for a sentence.</summary>
    public static string Tail(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length <= LongestTail)
        {
            return Clean(text);
        }

        int begin = text.Length - LongestTail;
        return "\u2026" + Clean(text[(char.IsLowSurrogate(text[begin]) ? begin + 1 : begin)..]);
    }

    /// <summary>Control characters (C0, DEL, C1), and the invisible ones that reorder text (Unicode TR 9) or break lines.</summary>
    private static bool IsActive(char c) =>
        char.IsControl(c)
        || c is >= '\u202A' and <= '\u202E' or >= '\u2066' and <= '\u2069' or '\u200E' or '\u200F' or '\u061C' or '\u2028' or '\u2029';

    private static string Picture(char c) => c switch
    {
        < ' ' => ((char)(FirstControlPicture + c)).ToString(),
        '\u007F' => DeletePicture.ToString(),
        _ => string.Create(CultureInfo.InvariantCulture, $"<U+{(int)c:X4}>"),
    };
}
