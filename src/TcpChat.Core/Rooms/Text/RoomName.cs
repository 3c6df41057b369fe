using System.Globalization;
using System.Text;
using TcpChat.Errors;

namespace TcpChat.Rooms.Text;

/// <summary>
/// The names of users and rooms: letters and digits, and between them <c>-</c>, <c>_</c> and <c>.</c>; letters of one script
/// only, so that no name can be built to look like another (the rule of Unicode UTS 39, "single script").
/// </summary>
internal static class RoomName
{
    /// <summary>The longest name, in UTF-16 characters.</summary>
    public const int MaximumLength = 32;

    /// <summary>A user's name as it is kept: normalised (NFC).</summary>
    /// <exception cref="ChatException"><see cref="ChatErrorCode.NameInvalid"/>.</exception>
    public static string User(string? name) => Clean(name, "user");

    /// <summary>A room's name as it is kept: normalised (NFC), and without the <c>#</c> that some write before it.</summary>
    /// <exception cref="ChatException"><see cref="ChatErrorCode.NameInvalid"/>.</exception>
    public static string Room(string? name) => Clean(name?.StartsWith('#') == true ? name[1..] : name, "room");

    /// <summary>What a name looks like: names that are equal here differ in case only, or in characters that look alike.</summary>
    public static string Skeleton(string name)
    {
        // Capitals first: a name may be written in them, and Greek and Cyrillic ones look like Latin ones more often than the small ones do.
        string upper = Fold(name).ToUpperInvariant();
        StringBuilder skeleton = new(upper.Length);
        foreach (char character in Fold(upper))
        {
            if (CharUnicodeInfo.GetUnicodeCategory(character) is not (UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark))
            {
                skeleton.Append(LookAlikes.Of(character));
            }
        }

        return skeleton.ToString();
    }

    private static string Fold(string name) => name.IsNormalized(NormalizationForm.FormKD) ? name : name.Normalize(NormalizationForm.FormKD);

    private static string Clean(string? name, string what)
    {
        if (string.IsNullOrEmpty(name))
        {
            throw Invalid($"The name of a {what} is missing.");
        }

        if (name.Length > MaximumLength)
        {
            throw Invalid($"The name of a {what} has at most {MaximumLength} characters; this one has {name.Length}.");
        }

        Script script = Script.None;
        bool afterLetter = false;
        foreach (char character in Normalize(name, what))
        {
            bool isMark = CharUnicodeInfo.GetUnicodeCategory(character) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;
            bool isLetter = char.IsLetter(character);
            if (!isLetter && !char.IsAsciiDigit(character) && !(afterLetter && (isMark || character is '-' or '_' or '.')))
            {
                throw Invalid($"The name of a {what} has letters and digits, and after them '-', '_' and '.'; this one has U+{(int)character:X4} where it must not be.");
            }

            Script own = isLetter ? ScriptOf(character) : Script.None;
            if (own != Script.None && script != Script.None && own != script)
            {
                throw Invalid($"The name of a {what} has letters of one script only; this one has {script} and {own} letters.");
            }

            script = own == Script.None ? script : own;
            afterLetter = true;
        }

        string kept = name.Normalize(NormalizationForm.FormC);

        // Letters that nothing is painted for, and marks that pile up.
        return VisibleText.Clean(kept) == kept ? kept : throw Invalid($"The name of a {what} has letters in it that cannot be seen.");
    }

    private static string Normalize(string name, string what)
    {
        try
        {
            return name.Normalize(NormalizationForm.FormC);
        }
        catch (ArgumentException)
        {
            throw Invalid($"The name of a {what} has a part of a character in it.");
        }
    }

    private static ChatException Invalid(string message) => new(ChatErrorCode.NameInvalid, message);

    /// <summary>The scripts whose letters look like those of another one.</summary>
    private static Script ScriptOf(char letter) => letter switch
    {
        <= '\u024F' or (>= '\u1E00' and <= '\u1EFF') => Script.Latin,
        (>= '\u0370' and <= '\u03FF') or (>= '\u1F00' and <= '\u1FFF') => Script.Greek,
        (>= '\u0400' and <= '\u052F') or (>= '\u1C80' and <= '\u1C8F') or (>= '\u2DE0' and <= '\u2DFF') or (>= '\uA640' and <= '\uA69F') => Script.Cyrillic,
        >= '\u0530' and <= '\u058F' => Script.Armenian,
        _ => Script.Other,
    };

    private enum Script
    {
        None,
        Latin,
        Greek,
        Cyrillic,
        Armenian,
        Other,
    }
}
