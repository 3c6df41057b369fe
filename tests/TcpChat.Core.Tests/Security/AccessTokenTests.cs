using System.Text;
using TcpChat.Framing;
using TcpChat.Security;

namespace TcpChat.Core.Tests.Security;

public sealed class AccessTokenTests
{
    [Fact]
    public void It_is_one_message_where_nothing_in_it_ends_one()
    {
        AccessToken token = new("sword|fish", Encoding.UTF8);

        Assert.True(token.IsOneMessage(new LineFraming()));
        Assert.True(token.IsOneMessage(new LengthPrefixedFraming()));
        Assert.True(token.IsOneMessage(new DelimiterFraming(";"u8)));
        Assert.False(token.IsOneMessage(new DelimiterFraming("|"u8)));
        Assert.False(token.IsOneMessage(new RawFraming()));
    }

    [Fact]
    public void A_character_whose_bytes_have_a_line_end_in_them_does_not_end_a_line_of_that_encoding() =>
        Assert.True(new AccessToken("\u0A0D\u0D0A", Encoding.BigEndianUnicode).IsOneMessage(new LineFraming(Encoding.BigEndianUnicode)));
}
