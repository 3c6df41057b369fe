namespace TcpChat.Clients;

/// <summary>As whom, and into which room, a client comes.</summary>
/// <param name="UserName">The name; null: the server gives one.</param>
/// <param name="Room">The room; null: the server's default.</param>
public sealed record RoomEntry(string? UserName, string? Room);
