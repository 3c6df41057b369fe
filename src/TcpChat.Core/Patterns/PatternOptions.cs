namespace TcpChat.Patterns;

/// <summary>How patterns are read and where they look.</summary>
public sealed record PatternOptions
{
    /// <summary>The patterns are plain text and no regular expressions.</summary>
    public bool SimpleMatch { get; init; }

    /// <summary>Upper and lower case differ.</summary>
    public bool CaseSensitive { get; init; }

    /// <summary>Only whole messages are looked at, and not one that is still being received.</summary>
    public bool WholeMessages { get; init; }

    /// <summary>How long one pattern may look through what has arrived: 1 s unless set.</summary>
    public TimeSpan MatchTimeout { get; init; } = TimeSpan.FromSeconds(1);
}
