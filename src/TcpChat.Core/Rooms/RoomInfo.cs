namespace TcpChat.Rooms;

/// <summary>A room, as it was when it was asked for.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Topic">Its topic; empty where it has none.</param>
/// <param name="Users">The names of those who are in it, sorted.</param>
/// <param name="IsDefault">True for the room that everybody comes into who names none.</param>
public sealed record RoomInfo(string Name, string Topic, IReadOnlyList<string> Users, bool IsDefault)
{
    /// <summary>How many are in it.</summary>
    public int UserCount => Users.Count;

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}
