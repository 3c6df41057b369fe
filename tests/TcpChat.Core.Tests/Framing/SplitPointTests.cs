namespace TcpChat.Core.Tests.Framing;

/// <summary>TCP keeps no boundaries: however the network cuts a stream, the messages are the same.</summary>
public sealed class SplitPointTests
{
    [Theory]
    [MemberData(nameof(StreamCase.Names), MemberType = typeof(StreamCase))]
    public async Task All_in_one_read_gives_all_messages(string name) => await CheckAsync(StreamCase.Get(name));

    [Theory]
    [MemberData(nameof(StreamCase.Names), MemberType = typeof(StreamCase))]
    public async Task One_split_anywhere_changes_nothing(string name)
    {
        StreamCase stream = StreamCase.Get(name);
        for (int at = 1; at < stream.Bytes.Length; at++)
        {
            await CheckAsync(stream, at);
        }
    }

    [Theory]
    [MemberData(nameof(StreamCase.Names), MemberType = typeof(StreamCase))]
    public async Task Two_splits_anywhere_change_nothing(string name)
    {
        StreamCase stream = StreamCase.Get(name);
        for (int first = 1; first < stream.Bytes.Length - 1; first++)
        {
            for (int second = first + 1; second < stream.Bytes.Length; second++)
            {
                await CheckAsync(stream, first, second);
            }
        }
    }

    [Theory]
    [MemberData(nameof(StreamCase.Names), MemberType = typeof(StreamCase))]
    public async Task Byte_by_byte_changes_nothing(string name)
    {
        StreamCase stream = StreamCase.Get(name);
        await CheckAsync(stream, [.. Enumerable.Range(1, stream.Bytes.Length - 1)]);
    }

    private static async Task CheckAsync(StreamCase stream, params int[] at)
    {
        var (messages, error) = await Reading.AllAsync(stream.Framing, Reading.Split(stream.Bytes, at));

        string splits = $"split at {string.Join(", ", at)}: {string.Join(" | ", messages.Select(Convert.ToHexString))}";
        Assert.True(error is null, $"{error}, {splits}");
        Assert.True(messages.Select(Convert.ToHexString).SequenceEqual(stream.Messages.Select(Convert.ToHexString)), splits);
    }
}
