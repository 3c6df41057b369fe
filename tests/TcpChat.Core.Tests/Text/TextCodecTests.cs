using System.Text;
using TcpChat.Errors;
using TcpChat.Framing;
using TcpChat.Text;

namespace TcpChat.Core.Tests.Text;

public sealed class TextCodecTests
{
    public static TheoryData<string, int> InvalidUtf8 { get; } = new()
    {
        { "FF", 1 },
        { "61FF62", 1 },
        { "FFFE", 2 },
        { "C328", 1 },
        { "61E282", 2 },
        { "E28228", 2 },
        { "EDA080", 3 },
        { "F09F98", 3 },
        { "F09F9861", 3 },
        { "C0AF", 2 },
        { "E4BDA0FFE5A5BDFF", 2 },
    };

    [Theory]
    [MemberData(nameof(InvalidUtf8))]
    public void Invalid_bytes_are_replaced_as_the_framework_does_and_counted(string hex, int invalid)
    {
        byte[] bytes = Convert.FromHexString(hex);
        TextCodec codec = new(Encoding.UTF8);

        Assert.Equal(Encoding.UTF8.GetString(bytes), Whole(codec, bytes));
        Assert.Equal(invalid, codec.InvalidBytes);
    }

    [Theory]
    [MemberData(nameof(InvalidUtf8))]
    public void Invalid_bytes_in_pieces_are_counted_alike_wherever_they_are_cut(string hex, int invalid)
    {
        byte[] bytes = [.. Convert.FromHexString(hex), (byte)'.'];
        for (int first = 0; first < bytes.Length; first++)
        {
            for (int second = first; second < bytes.Length; second++)
            {
                TextCodec codec = new(Encoding.UTF8);

                string text = Piece(codec, bytes.AsSpan(..first))
                    + Piece(codec, bytes.AsSpan(first..second))
                    + Piece(codec, bytes.AsSpan(second..));

                Assert.Equal(Encoding.UTF8.GetString(bytes), text);
                Assert.Equal(invalid, codec.InvalidBytes);
            }
        }
    }

    [Fact]
    public void Counts_of_several_messages_add_up()
    {
        TextCodec codec = new(Encoding.UTF8);

        _ = Whole(codec, [0xFF]);
        _ = Whole(codec, "fine"u8);
        _ = Whole(codec, [0xFF, 0xFF]);

        Assert.Equal(3, codec.InvalidBytes);
    }

    [Theory]
    [InlineData("")]
    [InlineData("plain")]
    [InlineData("\u4F60\u597D \U0001F600")]
    public void Valid_UTF_8_is_left_for_later(string text)
    {
        TextCodec codec = new(Encoding.UTF8);

        Assert.Null(codec.Describe(Encoding.UTF8.GetBytes(text)).Text);
        Assert.Equal(0, codec.InvalidBytes);
    }

    [Theory]
    [InlineData("utf-8")]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    [InlineData("utf-32")]
    [InlineData("gb18030")]
    [InlineData("shift_jis")]
    public void A_stream_cut_anywhere_gives_the_same_text(string encodingName)
    {
        Encoding encoding = Get(encodingName);
        string text = encodingName == "shift_jis" ? "a\u65E5\u672C\uFF71\u8A9E." : "a\u00E9\u4F60\u597D.\U0001F600\u0A00z";
        byte[] bytes = encoding.GetBytes(text);
        for (int first = 0; first <= bytes.Length; first++)
        {
            for (int second = first; second <= bytes.Length; second++)
            {
                TextCodec codec = new(encoding);

                string decoded = Piece(codec, bytes.AsSpan(..first))
                    + Piece(codec, bytes.AsSpan(first..second))
                    + Piece(codec, bytes.AsSpan(second..));

                Assert.Equal(text, decoded);
                Assert.Equal(0, codec.InvalidBytes);
            }
        }
    }

    [Theory]
    [InlineData("utf-8", "a\n")]
    [InlineData("utf-16", "a\n")]
    [InlineData("utf-32", "\u4F60\n")]
    [InlineData("gb18030", "\u4F60\U0001F600\n")]
    [InlineData("shift_jis", "\u65E5\u672C\n")]
    public void A_line_is_the_text_and_its_end_and_no_byte_order_mark(string encodingName, string expected)
    {
        Encoding encoding = Get(encodingName);
        LineFraming framing = new(encoding);

        byte[] wire = new TextCodec(encoding).Wrap(expected[..^1], framing);

        Assert.Equal(encoding.GetBytes(expected), wire);
    }

    [Theory]
    [InlineData("us-ascii", "ab\U0001F600", "U+1F600", 2)]
    [InlineData("us-ascii", "\u00E9", "U+00E9", 0)]
    [InlineData("iso-8859-1", "\u00E9\U0001F600", "U+1F600", 1)]
    [InlineData("iso-8859-1", "\u4F60", "U+4F60", 0)]
    [InlineData("shift_jis", "\u65E5\U0001F600", "U+1F600", 1)]
    public void What_the_encoding_does_not_have_is_refused_and_named(string encodingName, string text, string character, int position)
    {
        TextCodec codec = new(Get(encodingName));

        ChatException e = Assert.Throws<ChatException>(() => codec.Wrap(text, new LineFraming()));

        Assert.Equal(ChatErrorCode.TextNotEncodable, e.Code);
        Assert.Contains(character, e.Message, StringComparison.Ordinal);
        Assert.Contains($"position {position} ", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("utf-8", 0xD83D, 0)]
    [InlineData("utf-8", 0xDE00, 3)]
    [InlineData("utf-16", 0xD83D, 1)]
    public void Half_a_surrogate_pair_is_refused_and_named(string encodingName, int half, int position)
    {
        TextCodec codec = new(Get(encodingName));
        string text = "abc".Insert(position, $"{(char)half}");

        ChatException e = Assert.Throws<ChatException>(() => codec.Wrap(text, new LineFraming()));

        Assert.Equal(ChatErrorCode.TextNotEncodable, e.Code);
        Assert.Contains($"U+{half:X4} at position {position} ", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_character_of_an_encoding_of_one_byte_goes_there_and_back()
    {
        TextCodec codec = new(Encoding.Latin1);
        string text = new([.. Enumerable.Range(0, 256).Select(c => (char)c)]);

        byte[] wire = codec.Wrap(text, new RawFraming());

        Assert.Equal(text, Whole(codec, wire));
    }

    [Fact]
    public void Bytes_that_are_not_ASCII_are_replaced_and_counted()
    {
        TextCodec codec = new(Encoding.ASCII);

        Assert.Equal("a\uFFFD\uFFFD", Whole(codec, [(byte)'a', 0x80, 0xFF]));
        Assert.Equal(2, codec.InvalidBytes);
    }

    [Fact]
    public void Half_a_code_unit_at_the_end_of_a_message_is_replaced_and_counted()
    {
        TextCodec codec = new(Encoding.Unicode);

        Assert.Equal("a\uFFFD", Whole(codec, [(byte)'a', 0, (byte)'b']));
        Assert.Equal(1, codec.InvalidBytes);
    }

    [Fact]
    public void An_encoding_of_ones_own_is_used_as_it_is()
    {
        TextCodec codec = new(new ShiftedEncoding());

        Assert.Equal("bc"u8.ToArray(), codec.Wrap("ab", new RawFraming()));
        Assert.Equal("ab", Whole(codec, "bc"u8));
    }

    // Not registered with the process: who has an encoding in hand needs no name for it.
    private static Encoding Get(string name) => CodePagesEncodingProvider.Instance.GetEncoding(name) ?? Encoding.GetEncoding(name);

    private sealed class ShiftedEncoding : Encoding
    {
        public override int GetByteCount(char[] chars, int index, int count) => count;

        public override int GetBytes(char[] chars, int charIndex, int charCount, byte[] bytes, int byteIndex)
        {
            for (int i = 0; i < charCount; i++)
            {
                bytes[byteIndex + i] = (byte)(chars[charIndex + i] + 1);
            }

            return charCount;
        }

        public override int GetCharCount(byte[] bytes, int index, int count) => count;

        public override int GetChars(byte[] bytes, int byteIndex, int byteCount, char[] chars, int charIndex)
        {
            for (int i = 0; i < byteCount; i++)
            {
                chars[charIndex + i] = (char)(bytes[byteIndex + i] - 1);
            }

            return byteCount;
        }

        public override int GetMaxByteCount(int charCount) => charCount;

        public override int GetMaxCharCount(int byteCount) => byteCount;
    }

    private static string Whole(TextCodec codec, ReadOnlySpan<byte> message) => Decode(codec, message, codec.Describe(message));

    private static string Piece(TextCodec codec, ReadOnlySpan<byte> piece) => Decode(codec, piece, codec.DescribePiece(piece));

    // As a message does when its text is asked for.
    private static string Decode(TextCodec codec, ReadOnlySpan<byte> bytes, MessageText described)
    {
        if (described.Text is not null)
        {
            return described.Text;
        }

        string text = TextCodec.Decode(bytes.ToArray(), described, out int invalid);
        codec.CountInvalid(invalid);
        return text;
    }
}
