namespace TcpChat.Rooms;

/// <summary>How a server's rooms are.</summary>
public sealed record RoomOptions
{
    /// <summary>The name of the default room unless set.</summary>
    public const string DefaultRoomName = "lobby";

    /// <summary>The name under which the server itself speaks unless set.</summary>
    public const string DefaultServerName = "server";

    /// <summary>How many messages of a room someone who joins gets to see unless set.</summary>
    public const int DefaultReplayCount = 20;

    /// <summary>The rooms that are always there; the first is the default. At least one; more come with <c>/join</c>, and go with their last user.</summary>
    public IReadOnlyList<string> RoomNames { get; init; } = [DefaultRoomName];

    /// <summary>The name under which the server itself, or its operator, speaks. Nobody else can take it.</summary>
    public string ServerName { get; init; } = DefaultServerName;

    /// <summary>What is told to each who comes; null: nothing. Several lines are told one by one.</summary>
    public string? MessageOfTheDay { get; init; }

    /// <summary>How many messages of a room someone who joins gets to see. From 0 to 1,000.</summary>
    public int ReplayCount { get; init; } = DefaultReplayCount;

    /// <summary>The name of the server's bot; null: there is none.</summary>
    public string? BotName { get; init; }

    /// <summary>The bot's side of its session: run once, with a session that is in the default room; null: there is none.</summary>
    public Func<Sessions.ChatSession, CancellationToken, Task>? Bot { get; init; }

    /// <summary>Whether users can make rooms by joining them.</summary>
    public bool UsersMakeRooms { get; init; } = true;

    /// <summary>How many rooms there can be.</summary>
    public int RoomLimit { get; init; } = 1000;

    /// <summary>How many rooms a user can be in at the same time.</summary>
    public int RoomsPerUserLimit { get; init; } = 20;

    /// <summary>The folder of the history's files; null: the history is kept in memory and goes with the server.</summary>
    public string? HistoryPath { get; init; }

    /// <summary>How many messages a history in memory keeps; the oldest go first.</summary>
    public int HistoryLimit { get; init; } = 10_000;

    /// <summary>How many bytes the files of a history take at most; whole files of the oldest messages go first. 1 GiB unless set.</summary>
    public long HistoryByteLimit { get; init; } = 1L << 30;

    /// <summary>How old messages in the history become; null: there is no limit.</summary>
    public TimeSpan? HistoryAge { get; init; }
}
