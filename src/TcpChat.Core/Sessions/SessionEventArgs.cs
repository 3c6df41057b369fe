namespace TcpChat.Sessions;

/// <summary>Something has happened to a session.</summary>
public class SessionEventArgs(ChatSession session) : EventArgs
{
    /// <summary>The session.</summary>
    public ChatSession Session { get; } = session;
}
