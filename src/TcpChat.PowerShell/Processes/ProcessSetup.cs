using TcpChat.Servers;

namespace TcpChat.Processes;

/// <summary>All that a process needs to serve a connection of a server.</summary>
internal sealed record ProcessSetup
{
    /// <summary>Opens the listening socket.</summary>
    public byte[] Ticket { get; init; } = [];

    /// <summary>How the session behaves.</summary>
    public required SessionFacts Session { get; init; }

    /// <summary>What the client is greeted with.</summary>
    public string? Greeting { get; init; }

    /// <summary>What happens with messages, where there is no handler.</summary>
    public ServerAnswer Answer { get; init; }

    /// <summary>What answers.</summary>
    public HandlerFacts? Handler { get; init; }

    /// <summary>The server.</summary>
    public required ServerFacts Server { get; init; }

    /// <summary>Environment variables that were set only for the start, with their values before.</summary>
    public Dictionary<string, string?> Environment { get; init; } = [];
}
