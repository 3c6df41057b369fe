using System.Management.Automation;

namespace TcpChat.Handlers;

/// <summary>What answers a server's sessions, and under which limits.</summary>
internal sealed record HandlerOptions
{
    /// <summary>How many handlers of messages run at once unless set: four, or as many as there are processors.</summary>
    public static int DefaultMessageThrottleLimit => Math.Max(4, Environment.ProcessorCount);

    /// <summary>How many conversations are held at once unless set.</summary>
    public const int DefaultConversationThrottleLimit = 100;

    /// <summary>How many objects of each stream a connection's job keeps unless set.</summary>
    public const int DefaultOutputLimit = 1000;

    /// <summary>The block.</summary>
    public required HandlerBlock Block { get; init; }

    /// <summary>True where the block holds a whole conversation; false where it runs once for each message.</summary>
    public bool IsConversation { get; init; }

    /// <summary>True where the block says whether a connection is admitted; it runs once for each, as a conversation does.</summary>
    public bool IsAdmission { get; init; }

    /// <summary>What a conversation gets after its session.</summary>
    public object?[] Arguments { get; init; } = [];

    /// <summary>Run once in every runspace before it serves.</summary>
    public ScriptBlock? Initialization { get; init; }

    /// <summary>How many handlers run at once.</summary>
    public required int ThrottleLimit { get; init; }

    /// <summary>What an error does.</summary>
    public HandlerErrorAction ErrorAction { get; init; }

    /// <summary>How many objects of each stream a connection's job keeps; the oldest go first.</summary>
    public int OutputLimit { get; init; } = DefaultOutputLimit;

    /// <summary>The module's manifest, imported into every runspace.</summary>
    public required string ModulePath { get; init; }

    /// <summary>The current location inside.</summary>
    public required string Location { get; init; }

    /// <summary>What the language may do inside: as much as where the server was started.</summary>
    public PSLanguageMode LanguageMode { get; init; }
}
