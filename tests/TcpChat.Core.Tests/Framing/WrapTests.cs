using System.Text;
using TcpChat.Framing;

namespace TcpChat.Core.Tests.Framing;

/// <summary>How a message looks on the wire.</summary>
public sealed class WrapTests
{
    [Theory]
    [InlineData("", "\n")]
    [InlineData("a", "a\n")]
    public void A_line_ends_with_a_line_feed(string payload, string wire) =>
        Assert.Equal(Encoding.UTF8.GetBytes(wire), new LineFraming().Wrap(Encoding.UTF8.GetBytes(payload)));

    [Fact]
    public void A_line_ends_with_carriage_return_and_line_feed_where_asked() =>
        Assert.Equal("a\r\n"u8.ToArray(), new LineFraming(ending: LineEnding.CrLf).Wrap("a"u8));

    [Fact]
    public void A_line_in_UTF_16_ends_in_UTF_16() => Assert.Equal(
        Encoding.Unicode.GetBytes("a\r\n"), new LineFraming(Encoding.Unicode, LineEnding.CrLf).Wrap(Encoding.Unicode.GetBytes("a")));

    [Fact]
    public void A_raw_message_is_sent_as_it_is() => Assert.Equal("a"u8.ToArray(), new RawFraming().Wrap("a"u8));

    [Fact]
    public void A_length_comes_first_and_big_endian()
    {
        byte[] wire = new LengthPrefixedFraming().Wrap(new byte[0x010203]);

        Assert.Equal([0x00, 0x01, 0x02, 0x03], wire[..4]);
        Assert.Equal(4 + 0x010203, wire.Length);
    }

    [Fact]
    public void A_delimiter_follows() => Assert.Equal("a<>"u8.ToArray(), new DelimiterFraming("<>"u8).Wrap("a"u8));

    [Fact]
    public void An_empty_delimiter_is_refused() => Assert.Throws<ArgumentException>(() => new DelimiterFraming([]));

    [Fact]
    public void A_delimiter_is_copied()
    {
        byte[] delimiter = "<>"u8.ToArray();
        DelimiterFraming framing = new(delimiter);
        delimiter[0] = 0;

        Assert.Equal("a<>"u8.ToArray(), framing.Wrap("a"u8));
    }
}
