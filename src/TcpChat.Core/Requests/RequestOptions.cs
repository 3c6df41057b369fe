using TcpChat.Clients;
using TcpChat.Patterns;

namespace TcpChat.Requests;

/// <summary>A request that has a connection for itself.</summary>
public sealed record RequestOptions
{
    /// <summary>The largest answer unless set: 16 MiB.</summary>
    public const int DefaultMaximumAnswerSize = 16 << 20;

    /// <summary>What each message of an answer counts beyond its bytes, so that one of very many empty ones ends too.</summary>
    public const int MessageCost = 100;

    /// <summary>Where to, and how messages are cut. Its time to connect is the time for the whole request.</summary>
    public required ClientOptions Client { get; init; }

    /// <summary>What is sent, where it is text.</summary>
    public string? Text { get; init; }

    /// <summary>What is sent, where it is not text.</summary>
    public ReadOnlyMemory<byte> Bytes { get; init; }

    /// <summary>What ends the answer.</summary>
    public AnswerEnd End { get; init; } = new();

    /// <summary>What ends the answer instead: a match of one of these.</summary>
    public PatternSet? Until { get; init; }

    /// <summary>
    /// How large the answer may be, in bytes: all its messages together, with <see cref="MessageCost"/> for each.
    /// </summary>
    public long MaximumAnswerSize { get; init; } = DefaultMaximumAnswerSize;
}
