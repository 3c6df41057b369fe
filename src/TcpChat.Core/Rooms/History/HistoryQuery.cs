namespace TcpChat.Rooms.History;

/// <summary>What to look for in a history. All that is set must hold.</summary>
public sealed record HistoryQuery
{
    /// <summary>How many messages are found unless set.</summary>
    public const int DefaultCount = 100;

    /// <summary>The most that one look can find.</summary>
    public const int MaximumCount = 100_000;

    /// <summary>Only messages of this room; null: of all rooms. Announcements, which are for everybody, are of every room. Case does not count.</summary>
    public string? Room { get; init; }

    /// <summary>Only what this user sent. Case does not count.</summary>
    public string? Sender { get; init; }

    /// <summary>Only texts that this PowerShell-style wildcard pattern matches (<c>*</c>, <c>?</c>, <c>[a-z]</c>, <c>`</c> to escape). Case does not count.</summary>
    public string? Like { get; init; }

    /// <summary>Only messages from this time on, UTC.</summary>
    public DateTime? SinceUtc { get; init; }

    /// <summary>Only messages with a greater id.</summary>
    public long AfterId { get; init; }

    /// <summary>Only what was said and done: messages, actions and announcements, but no joins and the like.</summary>
    public bool TextOnly { get; init; }

    /// <summary>How many are found at most: of more, the newest. From 1 to <see cref="MaximumCount"/>.</summary>
    public int Count { get; init; } = DefaultCount;
}
