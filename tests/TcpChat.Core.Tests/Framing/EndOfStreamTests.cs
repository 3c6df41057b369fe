using TcpChat.Errors;
using TcpChat.Framing;

namespace TcpChat.Core.Tests.Framing;

/// <summary>What a peer sent last is a message where it can be one.</summary>
public sealed class EndOfStreamTests
{
    [Fact]
    public async Task The_rest_is_a_line()
    {
        var (messages, error) = await Reading.AllAsync(new LineFraming(), ["a\nrest"u8.ToArray()]);

        Assert.Null(error);
        Assert.Equal(["a"u8.ToArray(), "rest"u8.ToArray()], messages);
    }

    [Fact]
    public async Task The_rest_is_a_delimited_message_even_with_a_piece_of_the_delimiter()
    {
        var (messages, error) = await Reading.AllAsync(new DelimiterFraming("aab"u8), ["xaabyaa"u8.ToArray()]);

        Assert.Null(error);
        Assert.Equal(["x"u8.ToArray(), "yaa"u8.ToArray()], messages);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(6)]
    public async Task A_length_prefixed_message_that_is_cut_off_breaks_the_rules(int length)
    {
        byte[] whole = new LengthPrefixedFraming().Wrap("abc"u8);

        var (messages, error) = await Reading.AllAsync(new LengthPrefixedFraming(), [whole, whole.AsMemory(..length)]);

        Assert.Equal(ChatErrorCode.ProtocolViolation, error);
        Assert.Equal(["abc"u8.ToArray()], messages);
    }

    [Theory]
    [MemberData(nameof(Framings))]
    public async Task Nothing_is_left_after_a_whole_message(FramingKind kind)
    {
        var (messages, error) = await Reading.AllAsync(Make(kind), [Make(kind).Wrap("abc"u8)]);

        Assert.Null(error);
        Assert.Equal(["abc"u8.ToArray()], messages);
    }

    [Theory]
    [MemberData(nameof(Framings))]
    public async Task An_empty_stream_has_no_message(FramingKind kind)
    {
        var (messages, error) = await Reading.AllAsync(Make(kind), []);

        Assert.Null(error);
        Assert.Empty(messages);
    }

    public static TheoryData<FramingKind> Framings() => new(Enum.GetValues<FramingKind>());

    private static MessageFraming Make(FramingKind kind) => kind switch
    {
        FramingKind.Line => new LineFraming(),
        FramingKind.Raw => new RawFraming(),
        FramingKind.LengthPrefixed => new LengthPrefixedFraming(),
        _ => new DelimiterFraming("--"u8),
    };
}
