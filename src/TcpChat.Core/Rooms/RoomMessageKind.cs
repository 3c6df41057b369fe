namespace TcpChat.Rooms;

/// <summary>What a message of a room is.</summary>
public enum RoomMessageKind
{
    /// <summary>Somebody said something in a room.</summary>
    Message,

    /// <summary>Somebody did something in a room (<c>/me</c>).</summary>
    Action,

    /// <summary>Somebody said something to one user only. Never in the history.</summary>
    Private,

    /// <summary>Somebody came into a room.</summary>
    Join,

    /// <summary>Somebody left a room; the text says why, where that is known.</summary>
    Leave,

    /// <summary>Somebody has another name now, which is the text.</summary>
    Rename,

    /// <summary>Somebody gave a room another topic, which is the text.</summary>
    Topic,

    /// <summary>The operator said something to everybody.</summary>
    Announcement,

    /// <summary>The server tells one user something: the message of the day, why it was dropped. Never in the history.</summary>
    Notice,
}
