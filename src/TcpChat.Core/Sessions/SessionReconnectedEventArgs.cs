namespace TcpChat.Sessions;

/// <summary>A session has a connection again.</summary>
public sealed class SessionReconnectedEventArgs : SessionEventArgs
{
    internal SessionReconnectedEventArgs(ChatSession session, int attempts, TimeSpan lostFor)
        : base(session)
    {
        Attempts = attempts;
        LostFor = lostFor;
    }

    /// <summary>How many attempts it took.</summary>
    public int Attempts { get; }

    /// <summary>How long there was no connection.</summary>
    public TimeSpan LostFor { get; }
}
