using System.Net;

namespace TcpChat.Rooms;

/// <summary>A user of the rooms, as it was when it was asked for.</summary>
public sealed record RoomUserInfo
{
    /// <summary>The name.</summary>
    public required string Name { get; init; }

    /// <summary>The rooms the user is in, sorted.</summary>
    public required IReadOnlyList<string> Rooms { get; init; }

    /// <summary>Why the user is away; null while the user is not. Empty where no reason was given.</summary>
    public string? Away { get; init; }

    /// <summary>True for an operator.</summary>
    public bool IsOperator { get; init; }

    /// <summary>True for who may read but not speak.</summary>
    public bool IsMuted { get; init; }

    /// <summary>True for the server's own bot.</summary>
    public bool IsBot { get; init; }

    /// <summary>When the user came, in UTC, to the millisecond.</summary>
    public DateTime ConnectedAtUtc { get; init; }

    /// <summary>When the user came, in local time.</summary>
    public DateTime ConnectedAt => ConnectedAtUtc.ToLocalTime();

    /// <summary>The user's address; null for the bot, and for who is not told: only the server's side and operators are.</summary>
    public IPAddress? Address { get; init; }

    /// <summary>The id of the user's session at the server; null anywhere else.</summary>
    public int? SessionId { get; init; }

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}
