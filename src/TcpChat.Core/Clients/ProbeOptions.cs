namespace TcpChat.Clients;

/// <summary>What a test of a connection does.</summary>
public sealed record ProbeOptions
{
    /// <summary>
    /// Where to connect to, and how messages are cut. Its time to connect is the time for the whole test: resolving,
    /// connecting, the TLS handshake and all round trips.
    /// </summary>
    public required ClientOptions Client { get; init; }

    /// <summary>How many round trips to make; 0: only connect.</summary>
    public int Count { get; init; }

    /// <summary>What is sent, and is to come back.</summary>
    public string Message { get; init; } = "TcpChat test";
}
