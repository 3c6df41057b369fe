using TcpChat.Rooms.History;

namespace TcpChat.Rooms.Requests;

/// <summary>One request of a user, from a line of text or of JSON. Names in it have not been looked at yet; texts are as they came.</summary>
internal sealed record RoomRequest(RoomVerb Verb)
{
    /// <summary>The room it is about; null: the one that the user is in now.</summary>
    public string? Room { get; init; }

    /// <summary>Who it is about.</summary>
    public string? Name { get; init; }

    /// <summary>What is to be said, or the reason.</summary>
    public string? Text { get; init; }

    /// <summary>Takes back what the verb does.</summary>
    public bool Off { get; init; }

    /// <summary>What to look for, of <see cref="RoomVerb.History"/>.</summary>
    public HistoryQuery? Query { get; init; }

    /// <summary>The number that the user gave it, and that its answer has; null: only what goes wrong is answered.</summary>
    public long? Number { get; init; }
}
