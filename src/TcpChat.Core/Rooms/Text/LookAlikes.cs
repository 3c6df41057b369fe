using System.Collections.Frozen;

namespace TcpChat.Rooms.Text;

/// <summary>
/// Capital letters and digits that look like a Latin capital letter: the part of Unicode's confusables (UTS 39) that a whole
/// name in Greek, Cyrillic or Armenian can be written in, and the digits that pass for letters.
/// </summary>
internal static class LookAlikes
{
    private static readonly FrozenDictionary<char, char> s_latin = Pairs(
        ("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧϹͿ", "ABEZHIKMNOPTYXCJ"),
        ("АВЕЅІЈКМНОРСТУХҮԌԚԜӀ", "ABESIJKMHOPCTYXYGQWI"),
        ("ՏՍՕԼ", "SUOI"),
        ("01L", "OII"));

    /// <summary>The letter that it looks like; itself where there is none.</summary>
    public static char Of(char character) => s_latin.GetValueOrDefault(character, character);

    private static FrozenDictionary<char, char> Pairs(params (string From, string To)[] tables) =>
        tables.SelectMany(static table => table.From.Zip(table.To)).ToFrozenDictionary(static pair => pair.First, static pair => pair.Second);
}
