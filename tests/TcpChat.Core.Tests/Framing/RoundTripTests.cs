using TcpChat.Framing;

namespace TcpChat.Core.Tests.Framing;

/// <summary>Random messages, wrapped, glued, cut at random, come out as they went in. The seed is the test's name.</summary>
public sealed class RoundTripTests
{
    public static TheoryData<int> Seeds { get; } = new(Enumerable.Range(1, 40));

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Lines_come_out_as_they_went_in(int seed) =>
        await CheckAsync(
            seed,
            new LineFraming(ending: seed % 2 == 0 ? LineEnding.Lf : LineEnding.CrLf),
            "ab \r\u00FF"u8.ToArray(),
            p => p is not [.., (byte)'\r']);

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Length_prefixed_messages_come_out_as_they_went_in(int seed) =>
        await CheckAsync(seed, new LengthPrefixedFraming(), [0, 1, 2, 255], _ => true);

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Delimited_messages_come_out_as_they_went_in(int seed)
    {
        byte[] delimiter = "aab"u8.ToArray();
        await CheckAsync(
            seed,
            new DelimiterFraming(delimiter),
            "ab"u8.ToArray(),
            p => ((byte[])[.. p, .. delimiter]).AsSpan().IndexOf(delimiter) == p.Length);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task A_raw_stream_comes_out_as_it_went_in(int seed)
    {
        Random random = new(seed);
        byte[] stream = new byte[random.Next(1, 3000)];
        random.NextBytes(stream);

        var (messages, error) = await Reading.AllAsync(new RawFraming(), Pieces(stream, random), random.Next(1, 200));

        Assert.Null(error);
        Assert.Equal(stream, messages.SelectMany(m => m));
    }

    private static async Task CheckAsync(int seed, MessageFraming framing, byte[] alphabet, Func<byte[], bool> isAllowed)
    {
        Random random = new(seed);
        List<byte[]> payloads = [];
        while (payloads.Count < 50)
        {
            byte[] payload = random.GetItems(alphabet, random.Next(0, 12));
            if (isAllowed(payload))
            {
                payloads.Add(payload);
            }
        }

        byte[] stream = [.. payloads.SelectMany(p => framing.Wrap(p))];

        var (messages, error) = await Reading.AllAsync(framing, Pieces(stream, random));

        Assert.Null(error);
        Assert.Equal(payloads, messages);
    }

    private static IEnumerable<ReadOnlyMemory<byte>> Pieces(byte[] stream, Random random)
    {
        int largest = random.Next(1, 100);
        for (int at = 0; at < stream.Length;)
        {
            int length = Math.Min(random.Next(1, largest + 1), stream.Length - at);
            yield return stream.AsMemory(at, length);
            at += length;
        }
    }
}
