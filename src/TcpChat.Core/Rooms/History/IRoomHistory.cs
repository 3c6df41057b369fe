namespace TcpChat.Rooms.History;

/// <summary>Keeps what was said in rooms. Adding is for one thread at a time; the rest for any, at any time.</summary>
public interface IRoomHistory : IDisposable
{
    /// <summary>The id of the next message to be added: from 1, growing, never used before, not even before a crash. For the thread that adds.</summary>
    long NextId();

    /// <summary>Keeps messages, all of them <see cref="RoomMessage.IsKept"/> and in the order of their ids. When it returns, no end of this process can lose them.</summary>
    /// <exception cref="Errors.ChatException"><see cref="Errors.ChatErrorCode.DiskFull"/> or <see cref="Errors.ChatErrorCode.FileWriteFailed"/>: none of these is kept then.</exception>
    void Add(IReadOnlyList<RoomMessage> messages);

    /// <summary>The last messages of a room (announcements among them) with a greater id than <paramref name="afterId"/>, oldest first. Quick: from memory.</summary>
    /// <param name="room">The room. Case does not count.</param>
    /// <param name="count">How many at most.</param>
    /// <param name="afterId">Only later ones.</param>
    IReadOnlyList<RoomMessage> Last(string room, int count, long afterId = 0);

    /// <summary>Looks through all that is kept; the newest that match, oldest first.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    /// <exception cref="Errors.ChatException"><see cref="Errors.ChatErrorCode.FileReadFailed"/>.</exception>
    IReadOnlyList<RoomMessage> Search(HistoryQuery query, CancellationToken cancellationToken = default);
}
