using System.Globalization;
using System.Text;
using TcpChat.Errors;

namespace TcpChat.Rooms.Text;

/// <summary>Takes out of text what is not to be seen but does something: to a terminal, to the order of reading, or to the line.</summary>
internal static class VisibleText
{
    /// <summary>The longest text of a message, in UTF-16 characters.</summary>
    public const int MaximumLength = 8192;

    /// <summary>How many combining marks may follow each other; the rest would be painted over other lines.</summary>
    private const int MarkLimit = 8;

    private const int ZeroWidthNonJoiner = 0x200C;
    private const int ZeroWidthJoiner = 0x200D;

    /// <summary>The text as others may see it: tabs are spaces, what is no character is U+FFFD, and what is invisible is gone.</summary>
    public static string Clean(string text)
    {
        StringBuilder? cleaned = null;
        int marks = 0;
        bool afterVisible = false;
        int at = 0;
        while (at < text.Length)
        {
            bool isWhole = Rune.TryGetRuneAt(text, at, out Rune rune);
            int length = isWhole ? rune.Utf16SequenceLength : 1;
            Rune? kept = isWhole ? Keep(rune, afterVisible, ref marks) : Rune.ReplacementChar;
            if (kept is null || !isWhole || kept.Value != rune)
            {
                cleaned ??= new StringBuilder(text, 0, at, text.Length);
            }

            if (kept is { } visible)
            {
                cleaned?.Append(visible.ToString());
                afterVisible = !Rune.IsWhiteSpace(visible) && !IsJoiner(visible);
            }

            at += length;
        }

        return cleaned?.ToString() ?? text;
    }

    /// <summary>The text of a message: cleaned, and not empty.</summary>
    /// <exception cref="ChatException"><see cref="ChatErrorCode.TextInvalid"/>.</exception>
    public static string Message(string? text)
    {
        if (text?.Length > MaximumLength)
        {
            throw new ChatException(ChatErrorCode.TextInvalid, $"A message of a room has at most {MaximumLength} characters; this one has {text.Length}.");
        }

        string cleaned = Clean(text ?? string.Empty);
        return !string.IsNullOrWhiteSpace(cleaned) ? cleaned
            : throw new ChatException(ChatErrorCode.TextInvalid, "There is nothing to say: the text is empty.");
    }

    /// <summary>What stands for a character; null: nothing.</summary>
    private static Rune? Keep(Rune rune, bool afterVisible, ref int marks)
    {
        switch (Rune.GetUnicodeCategory(rune))
        {
            case UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.SpacingCombiningMark:
                return marks++ < MarkLimit ? rune : null;
            case UnicodeCategory.Control:
                marks = 0;
                return rune.Value == '\t' ? new Rune(' ') : null;
            case UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator:
                marks = 0;
                return new Rune(' ');
            case UnicodeCategory.Format:
                // Between letters of some scripts, and between the parts of an emoji, these two belong to the text.
                return IsJoiner(rune) && afterVisible ? rune : null;
            case UnicodeCategory.OtherNotAssigned when (rune.Value & 0xFFFE) == 0xFFFE || rune.Value is >= 0xFDD0 and <= 0xFDEF:
                marks = 0;
                return Rune.ReplacementChar;
            default:
                marks = 0;
                return IsBlank(rune) ? null : rune;
        }
    }

    private static bool IsJoiner(Rune rune) => rune.Value is ZeroWidthJoiner or ZeroWidthNonJoiner;

    /// <summary>Letters and symbols that nothing is painted for: they would make names and texts that differ and look the same.</summary>
    private static bool IsBlank(Rune rune) => rune.Value is 0x115F or 0x1160 or 0x3164 or 0xFFA0 or 0x2800;
}
