namespace TcpChat.Sessions;

/// <summary>A session has lost its connection, and tries to make another.</summary>
public sealed class SessionReconnectingEventArgs : SessionEventArgs
{
    internal SessionReconnectingEventArgs(ChatSession session, int attempt, int limit, TimeSpan delay, CloseReason cause, Exception? error)
        : base(session)
    {
        Attempt = attempt;
        Limit = limit;
        Delay = delay;
        Cause = cause;
        Error = error;
    }

    /// <summary>The number of the attempt, from 1.</summary>
    public int Attempt { get; }

    /// <summary>How many attempts there may be.</summary>
    public int Limit { get; }

    /// <summary>How long is waited before it.</summary>
    public TimeSpan Delay { get; }

    /// <summary>Why the connection was lost.</summary>
    public CloseReason Cause { get; }

    /// <summary>What went wrong last: with the connection, or with the attempt before this one.</summary>
    public Exception? Error { get; }
}
