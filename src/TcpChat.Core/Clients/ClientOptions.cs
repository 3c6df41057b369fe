using TcpChat.Sessions;

namespace TcpChat.Clients;

/// <summary>Where to connect to, and how the session behaves.</summary>
public sealed record ClientOptions
{
    /// <summary>A name or an address.</summary>
    public required string ComputerName { get; init; }

    /// <summary>The port, from 1 to 65535.</summary>
    public required int Port { get; init; }

    /// <summary>The session's name; the computer's name and port unless set.</summary>
    public string? Name { get; init; }

    /// <summary>How long resolving and connecting may take together, each time.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How a connection that was lost is made again; null: not at all. The first is tried once only.</summary>
    public ReconnectPolicy? Reconnect { get; init; }

    /// <summary>How the session behaves.</summary>
    public SessionOptions Session { get; init; } = new();
}
