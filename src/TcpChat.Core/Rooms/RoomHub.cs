using TcpChat.Rooms.History;

namespace TcpChat.Rooms;

/// <summary>The rooms of a server and those who are in them. Safe to use from any thread. What is done here is done by the server's operator.</summary>
public sealed class RoomHub
{
    /// <summary>How the rooms are.</summary>
    public RoomOptions Options => throw new NotImplementedException();

    /// <summary>The rooms there are, the default first, then by name.</summary>
    public IReadOnlyList<RoomInfo> Rooms => throw new NotImplementedException();

    /// <summary>Those who are here, by name.</summary>
    public IReadOnlyList<RoomUserInfo> Users => throw new NotImplementedException();

    /// <summary>The names, addresses and ranges that are banned, sorted.</summary>
    public IReadOnlyList<string> Bans => throw new NotImplementedException();

    /// <summary>Says something in a room as the server.</summary>
    /// <param name="room">The room; null: the default.</param>
    /// <param name="text">What.</param>
    /// <param name="isAction">As with <c>/me</c>.</param>
    /// <param name="cancellationToken">Ends the wait for its turn.</param>
    /// <returns>The message, with its id.</returns>
    /// <exception cref="Errors.ChatException">RoomNotFound, TextInvalid, SessionClosed (the server has stopped), DiskFull or FileWriteFailed.</exception>
    public Task<RoomMessage> SayAsync(string? room, string text, bool isAction = false, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Says something to one user as the server.</summary>
    /// <exception cref="Errors.ChatException">UserNotFound, TextInvalid.</exception>
    public Task<RoomMessage> TellAsync(string user, string text, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Says something to everybody as the server.</summary>
    public Task<RoomMessage> AnnounceAsync(string text, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Ends a user's session.</summary>
    public Task KickAsync(string user, string? reason = null, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Bans a user who is here (the name, and the address unless others who are here share it), or an address or a CIDR range, and ends the sessions of whom that meets.</summary>
    public Task BanAsync(string target, string? reason = null, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Lets a name, an address or a range in again; with a name, the address that was banned with it too.</summary>
    /// <exception cref="Errors.ChatException">UserNotFound: it is not banned.</exception>
    public Task UnbanAsync(string target, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>A user may only read, or speak again.</summary>
    public Task MuteAsync(string user, bool off = false, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Makes a user an operator, or no operator any more.</summary>
    public Task SetOperatorAsync(string user, bool off = false, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Gives a room another topic; empty: none.</summary>
    public Task SetTopicAsync(string? room, string topic, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Changes what is told to who comes; null: nothing.</summary>
    public void SetMessageOfTheDay(string? text) => throw new NotImplementedException();

    /// <summary>Looks through the history, away from the rooms' own loop.</summary>
    public Task<IReadOnlyList<RoomMessage>> SearchAsync(HistoryQuery query, CancellationToken cancellationToken = default) => throw new NotImplementedException();
}
