using TcpChat.Rooms.History;

namespace TcpChat.Rooms;

/// <summary>The client's side of the rooms: what a session that was connected with a user name can ask. Safe to use from any thread.</summary>
/// <remarks>What the server refuses is a <see cref="Errors.ChatException"/> with the server's code; an answer that does not come ends with the token.</remarks>
public sealed class RoomClient
{
    /// <summary>This user's name, as the server has it.</summary>
    public string UserName => throw new NotImplementedException();

    /// <summary>The room in which is said what names no other; null: none.</summary>
    public string? Room => throw new NotImplementedException();

    /// <summary>The name under which the server speaks.</summary>
    public string ServerName => throw new NotImplementedException();

    /// <summary>The greatest id of a message that has come.</summary>
    public long LastId => throw new NotImplementedException();

    /// <summary>Says something in a room; the task ends when the server has taken it.</summary>
    /// <returns>The message's id.</returns>
    public Task<long> SayAsync(string? room, string text, bool isAction = false, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Says something to one user.</summary>
    public Task TellAsync(string user, string text, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Says something to everybody, as an operator.</summary>
    public Task<long> AnnounceAsync(string text, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Comes into a room.</summary>
    public Task JoinAsync(string room, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Leaves a room; null: the one the user is in now.</summary>
    public Task LeaveAsync(string? room = null, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Takes another name.</summary>
    public Task RenameAsync(string name, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Gives a room another topic; empty: none.</summary>
    public Task SetTopicAsync(string? room, string topic, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Is away for a reason; null: is back.</summary>
    public Task SetAwayAsync(string? reason, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Hears no more of a user, or again.</summary>
    public Task IgnoreAsync(string user, bool off = false, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Who is in a room; null: who is here at all.</summary>
    public Task<IReadOnlyList<RoomUserInfo>> GetUsersAsync(string? room = null, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Which rooms there are.</summary>
    public Task<IReadOnlyList<RoomInfo>> GetRoomsAsync(CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Looks through the server's history. The server gives at most 1,000 messages, and only of rooms the user is in.</summary>
    public Task<IReadOnlyList<RoomMessage>> SearchAsync(HistoryQuery query, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Ends a user's session, as an operator.</summary>
    public Task KickAsync(string user, string? reason = null, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Bans a user, an address or a range, as an operator.</summary>
    public Task BanAsync(string target, string? reason = null, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Lets somebody in again, as an operator.</summary>
    public Task UnbanAsync(string target, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>A user may only read, or speak again; as an operator.</summary>
    public Task MuteAsync(string user, bool off = false, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Makes a user an operator, or no operator any more; as an operator.</summary>
    public Task SetOperatorAsync(string user, bool off = false, CancellationToken cancellationToken = default) => throw new NotImplementedException();
}
