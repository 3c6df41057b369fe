namespace TcpChat.Processes;

/// <summary>A handler on its way to another process.</summary>
internal sealed record HandlerFacts
{
    /// <summary>The block as text.</summary>
    public required string Text { get; init; }

    /// <summary>True where the block holds a whole conversation; false where it runs once for each message.</summary>
    public bool IsConversation { get; init; }

    /// <summary>The values of its $using: variables by the engine's keys, in CLIXML.</summary>
    public required string Using { get; init; }

    /// <summary>What a conversation gets after its session, in CLIXML.</summary>
    public required string Arguments { get; init; }

    /// <summary>The text of the initialization script.</summary>
    public string? Initialization { get; init; }

    /// <summary>True where an error does not end the session.</summary>
    public bool ContinuesAfterError { get; init; }

    /// <summary>The module's manifest.</summary>
    public required string ModulePath { get; init; }

    /// <summary>The current location inside.</summary>
    public required string Location { get; init; }
}
