using System.Text;
using TcpChat.Clients;
using TcpChat.Framing;

namespace TcpChat.Core.Tests.Clients;

/// <summary>What was sent is known again when it comes back, in whatever pieces and behind whatever else.</summary>
public sealed class EchoMatcherTests
{
    [Fact]
    public void A_message_that_is_what_was_sent_is_found()
    {
        EchoMatcher echo = Matcher(FramingKind.Line);

        Assert.True(Accept(echo, "ping"));

        Assert.False(echo.HasOther);
    }

    [Fact]
    public void Other_messages_are_counted_and_passed_over()
    {
        EchoMatcher echo = Matcher(FramingKind.Line);

        Assert.False(Accept(echo, "welcome"));
        Assert.False(Accept(echo, "ping "));
        Assert.True(Accept(echo, "ping"));

        Assert.Equal(2, echo.Unexpected);
    }

    [Theory]
    [InlineData("ping")]
    [InlineData("p", "ing")]
    [InlineData("p", "i", "n", "g")]
    [InlineData("pin", "g")]
    public void In_a_raw_stream_it_may_come_in_pieces(params string[] pieces)
    {
        EchoMatcher echo = Matcher(FramingKind.Raw);

        Assert.All(pieces[..^1], piece => Assert.False(Accept(echo, piece)));
        Assert.True(Accept(echo, pieces[^1]));

        Assert.False(echo.HasOther);
    }

    [Theory]
    [InlineData(1, "welcome", "ping")]
    [InlineData(1, "welcome ping")]
    [InlineData(1, "welcome p", "ing")]
    [InlineData(1, "pi", "ping")]
    [InlineData(2, "wel", "come", "ping")]
    public void In_a_raw_stream_what_comes_before_it_is_passed_over(int unexpected, params string[] pieces)
    {
        EchoMatcher echo = Matcher(FramingKind.Raw);

        Assert.All(pieces[..^1], piece => Assert.False(Accept(echo, piece)));
        Assert.True(Accept(echo, pieces[^1]));

        Assert.Equal(unexpected, echo.Unexpected);
    }

    [Fact]
    public void In_a_raw_stream_what_comes_behind_it_is_the_beginning_of_the_next()
    {
        EchoMatcher echo = Matcher(FramingKind.Raw);

        Assert.True(Accept(echo, "pingpi"));
        Assert.True(echo.HasOther);
        Assert.True(Accept(echo, "ng"));

        Assert.False(echo.HasOther);
    }

    private static EchoMatcher Matcher(FramingKind framing) => new("ping"u8.ToArray(), framing);

    private static bool Accept(EchoMatcher echo, string text) => echo.Accept(Encoding.UTF8.GetBytes(text));
}
