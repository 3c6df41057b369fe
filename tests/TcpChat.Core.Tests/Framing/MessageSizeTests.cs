using TcpChat.Errors;
using TcpChat.Framing;

namespace TcpChat.Core.Tests.Framing;

/// <summary>The limit counts the payload, and holds wherever the network cuts the stream.</summary>
public sealed class MessageSizeTests
{
    private const int Limit = 5;

    [Theory]
    [InlineData("line", "abcde\n")]
    [InlineData("line", "abcde\r\n")]
    [InlineData("line", "abcde")]
    [InlineData("delimiter", "abcde--")]
    [InlineData("delimiter", "abcd---", "abcd")]
    [InlineData("delimiter", "abcde")]
    [InlineData("length", "\0\0\0\u0005abcde")]
    public async Task A_message_of_exactly_the_limit_is_taken(string framing, string stream, string expected = "abcde")
    {
        foreach (IEnumerable<ReadOnlyMemory<byte>> pieces in Splits(stream))
        {
            var (messages, error) = await Reading.AllAsync(Framing(framing), pieces, Limit);

            Assert.Null(error);
            Assert.Equal(expected, Latin1(messages[0]));
        }
    }

    [Theory]
    [InlineData("line", "ok\nabcdef\n")]
    [InlineData("line", "ok\r\nabcdef\r\n")]
    [InlineData("line", "ok\nabcdef")]
    [InlineData("line", "ok\nabcde\r")]
    [InlineData("delimiter", "ok--abcdef--")]
    [InlineData("delimiter", "ok--abcde-")]
    [InlineData("length", "\0\0\0\u0002ok\0\0\0\u0006abcdef")]
    public async Task A_message_above_the_limit_is_refused_after_those_before_it(string framing, string stream)
    {
        foreach (IEnumerable<ReadOnlyMemory<byte>> pieces in Splits(stream))
        {
            var (messages, error) = await Reading.AllAsync(Framing(framing), pieces, Limit);

            Assert.Equal(ChatErrorCode.MessageTooLarge, error);
            Assert.Equal(["ok"], messages.Select(Latin1));
        }
    }

    [Theory]
    [InlineData("line", "abcdefg")]
    [InlineData("line", "abcde\rg")]
    [InlineData("delimiter", "abcdefg")]
    [InlineData("delimiter", "abcdef-")]
    [InlineData("length", "\0\0\0\u0006")]
    [InlineData("length", "\u0080\0\0\0")]
    [InlineData("length", "\u00FF\u00FF\u00FF\u00FF")]
    public async Task A_message_that_cannot_end_within_the_limit_is_refused_before_its_end(string framing, string stream)
    {
        foreach (IEnumerable<ReadOnlyMemory<byte>> pieces in Splits(stream))
        {
            var (messages, error) = await Reading.AllAsync(Framing(framing), pieces, Limit, end: false);

            Assert.Equal(ChatErrorCode.MessageTooLarge, error);
            Assert.Empty(messages);
        }
    }

    [Fact]
    public async Task A_read_above_the_limit_is_several_raw_messages()
    {
        var (messages, error) = await Reading.AllAsync(new RawFraming(), ["abcdefghijkl"u8.ToArray()], Limit);

        Assert.Null(error);
        Assert.Equal(["abcde", "fghij", "kl"], messages.Select(Latin1));
    }

    [Theory]
    [InlineData(32 * 1024)]
    [InlineData((32 * 1024) + 1)]
    [InlineData(300_000)]
    public async Task A_message_larger_than_the_buffer_comes_whole(int length)
    {
        byte[] payload = new byte[length];
        new Random(1).NextBytes(payload);
        MessageFraming framing = new LengthPrefixedFraming();
        byte[] stream = [.. framing.Wrap("before"u8), .. framing.Wrap(payload), .. framing.Wrap("after"u8)];

        var (messages, error) = await Reading.AllAsync(framing, stream.Chunk(4999).Select(c => new ReadOnlyMemory<byte>(c)));

        Assert.Null(error);
        Assert.Equal(3, messages.Count);
        Assert.Equal(payload, messages[1]);
        Assert.Equal("after", Latin1(messages[2]));
    }

    private static MessageFraming Framing(string name) => name switch
    {
        "line" => new LineFraming(),
        "delimiter" => new DelimiterFraming("--"u8),
        _ => new LengthPrefixedFraming(),
    };

    private static IEnumerable<IEnumerable<ReadOnlyMemory<byte>>> Splits(string stream)
    {
        byte[] bytes = System.Text.Encoding.Latin1.GetBytes(stream);
        yield return Reading.ByteByByte(bytes);
        for (int at = 0; at < bytes.Length; at++)
        {
            yield return Reading.Split(bytes, at);
        }
    }

    private static string Latin1(byte[] bytes) => System.Text.Encoding.Latin1.GetString(bytes);
}
