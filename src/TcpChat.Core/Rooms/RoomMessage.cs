namespace TcpChat.Rooms;

/// <summary>One thing that was said or that happened in a room.</summary>
public sealed record RoomMessage
{
    /// <summary>Its number on its server, from 1, growing in the order in which everybody sees it; 0 for what is in no history.</summary>
    public long Id { get; init; }

    /// <summary>What it is.</summary>
    public required RoomMessageKind Kind { get; init; }

    /// <summary>The name of the room; null where it is for one user, or for everybody.</summary>
    public string? Room { get; init; }

    /// <summary>The name of who said or did it; for what the server says, the server's.</summary>
    public required string Sender { get; init; }

    /// <summary>The name of the only user it is for; null where it is for a room or for everybody.</summary>
    public string? To { get; init; }

    /// <summary>What was said: never with a line feed or another control character in it.</summary>
    public required string Text { get; init; }

    /// <summary>When the server took it, in UTC, to the millisecond.</summary>
    public required DateTime SentAtUtc { get; init; }

    /// <summary>When the server took it, in local time.</summary>
    public DateTime SentAt => SentAtUtc.ToLocalTime();

    /// <summary>True where a history holds it.</summary>
    public bool IsKept => Kind is not (RoomMessageKind.Private or RoomMessageKind.Notice);

    /// <summary>The text.</summary>
    public override string ToString() => Text;
}
