using System.Globalization;
using System.Text;
using TcpChat.Errors;
using TcpChat.Rooms.Text;

namespace TcpChat.Core.Tests.Rooms.Text;

public class VisibleTextTests
{
    [Theory]
    [InlineData("hi", "hi")]
    [InlineData("a\tb", "a b")]
    [InlineData("\u001b[31mred\u001b[0m", "[31mred[0m")]
    [InlineData("\u009b31mred", "31mred")]
    [InlineData("a\u0000b\u007fc\u0085d", "abcd")]
    [InlineData("a\r\nb", "ab")]
    [InlineData("abc\u202edcba", "abcdcba")]
    [InlineData("a\u2066b\u2069c\u200ed", "abcd")]
    [InlineData("a\u200bb\ufeffc\u00add", "abcd")]
    [InlineData("a\u2028b\u2029c", "a b c")]
    [InlineData("a\uffffb\ufdd0", "a\ufffdb\ufffd")]
    [InlineData("\U000e0041\U000e007fa", "a")]
    [InlineData("\u3164\u2800a", "a")]
    public void What_is_not_to_be_seen_is_taken_out(string text, string expected) => Assert.Equal(expected, VisibleText.Clean(text));

    [Fact]
    public void Half_a_character_is_shown_as_what_it_is()
    {
        // No theory: an attribute cannot hold half a character.
        Assert.Equal("a\ufffdb", VisibleText.Clean("a\ud800b"));
        Assert.Equal("\ufffd", VisibleText.Clean("\udc00"));
    }

    [Theory]
    [InlineData("Grüße, 世界 🙂")]
    [InlineData("👩\u200d💻 👍🏽 ❤\ufe0f")]
    [InlineData("می\u200cخواهم")]
    [InlineData("e\u0301")]
    [InlineData("שלום عالم")]
    public void What_is_to_be_seen_stays(string text) => Assert.Same(text, VisibleText.Clean(text));

    [Fact]
    public void Marks_do_not_pile_up()
    {
        string piled = "a" + new string('\u0301', 100) + "b\u0301";
        Assert.Equal("a" + new string('\u0301', 8) + "b\u0301", VisibleText.Clean(piled));
    }

    [Fact]
    public void A_joiner_joins_something()
    {
        Assert.Equal("ab", VisibleText.Clean("\u200dab"));
        Assert.Equal("a b", VisibleText.Clean("a \u200db"));
        Assert.Equal("a\u200db", VisibleText.Clean("a\u200d\u200d\u200cb"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" \t ")]
    [InlineData("\u200b\u0007")]
    public void A_message_says_something(string? text)
    {
        ChatException error = Assert.Throws<ChatException>(() => VisibleText.Message(text));
        Assert.Equal(ChatErrorCode.TextInvalid, error.Code);
    }

    [Fact]
    public void A_message_is_not_too_long()
    {
        string longest = new('x', VisibleText.MaximumLength);
        Assert.Same(longest, VisibleText.Message(longest));
        Assert.Equal(ChatErrorCode.TextInvalid, Assert.Throws<ChatException>(() => VisibleText.Message(longest + "x")).Code);
    }

    [Fact]
    public void Nothing_invisible_gets_through_whatever_comes()
    {
        Random random = new(20261124);
        for (int round = 0; round < 20_000; round++)
        {
            string text = string.Concat(Enumerable.Range(0, random.Next(40)).Select(_ => Piece(random)));
            string cleaned = VisibleText.Clean(text);
            Assert.Equal(cleaned, VisibleText.Clean(cleaned));
            foreach (Rune rune in cleaned.EnumerateRunes())
            {
                UnicodeCategory category = Rune.GetUnicodeCategory(rune);
                Assert.NotEqual(UnicodeCategory.Control, category);
                Assert.True(category != UnicodeCategory.Format || rune.Value is 0x200C or 0x200D, $"U+{rune.Value:X4}");
                Assert.False(category is UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
            }

            Assert.Equal(cleaned, Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(cleaned)));
        }
    }

    private static string Piece(Random random) => random.Next(4) switch
    {
        0 => ((char)random.Next(0x10000)).ToString(),
        1 => ((char)random.Next(0x0, 0xA1)).ToString(),
        2 => ((char)random.Next(0x2000, 0x2070)).ToString(),
        _ => new Rune(random.Next(0x10000, 0x110000)).ToString(),
    };
}
