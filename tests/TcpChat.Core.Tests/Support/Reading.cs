using TcpChat.Errors;
using TcpChat.Framing;
using TcpChat.Sessions;

namespace TcpChat.Core.Tests.Support;

/// <summary>Runs a real reader over pieces of a stream.</summary>
internal static class Reading
{
    /// <summary>The messages of the stream, and the error that ended it, if one did.</summary>
    public static async Task<(List<byte[]> Messages, ChatErrorCode? Error)> AllAsync(
        MessageFraming framing,
        IEnumerable<ReadOnlyMemory<byte>> pieces,
        int maximum = SessionOptions.DefaultMaximumMessageSize,
        bool end = true)
    {
        using FakeTransport transport = new();
        transport.Feed(pieces);
        if (end)
        {
            transport.FeedEnd();
        }

        RecordingSink sink = new();
        SessionReader reader = new(transport, framing, sink, maximum);
        try
        {
            await reader.ReadToEndAsync(CancellationToken.None).Within();
            return (sink.Messages, null);
        }
        catch (ChatException e)
        {
            return (sink.Messages, e.Code);
        }
    }

    /// <summary>The bytes, cut at these places. A cut at either end or twice at one place makes no empty piece.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> Split(byte[] bytes, params int[] at)
    {
        int from = 0;
        foreach (int to in (int[])[.. at, bytes.Length])
        {
            if (to > from)
            {
                yield return bytes.AsMemory(from..to);
                from = to;
            }
        }
    }

    /// <summary>One byte a piece.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> ByteByByte(byte[] bytes) => Split(bytes, [.. Enumerable.Range(1, bytes.Length - 1)]);
}
