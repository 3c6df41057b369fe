using TcpChat.Errors;

namespace TcpChat.Rooms.Requests;

/// <summary>What the server answers to one request, and only to who asked.</summary>
internal sealed record RoomReply(RoomVerb Verb)
{
    /// <summary>The number of the request.</summary>
    public long? Number { get; init; }

    /// <summary>What was wrong with it; null where it was done.</summary>
    public ChatErrorCode? Error { get; init; }

    /// <summary>What to tell a person, in one sentence; null: nothing, because the room shows what was done.</summary>
    public string? Text { get; init; }

    /// <summary>The id of the message that the request made; 0: none.</summary>
    public long Id { get; init; }

    /// <summary>The room it was about, under its own name.</summary>
    public string? Room { get; init; }

    /// <summary>The user it was about, under its own name.</summary>
    public string? Name { get; init; }

    /// <summary>The users that were asked for.</summary>
    public IReadOnlyList<RoomUserInfo>? Users { get; init; }

    /// <summary>The rooms that were asked for.</summary>
    public IReadOnlyList<RoomInfo>? Rooms { get; init; }

    /// <summary>The messages that were asked for.</summary>
    public IReadOnlyList<RoomMessage>? Messages { get; init; }

    /// <summary>The commands that were asked for, a line each.</summary>
    public IReadOnlyList<string>? Lines { get; init; }
}
