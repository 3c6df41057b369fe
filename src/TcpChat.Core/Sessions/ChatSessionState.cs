namespace TcpChat.Sessions;

/// <summary>
/// Where a session is in its life. It only ever goes forward, except that a session which reconnects goes back to
/// <see cref="Reconnecting"/>, and from there to <see cref="Open"/>, as often as its connection is lost.
/// </summary>
public enum ChatSessionState
{
    /// <summary>The connection was lost, and another is being made. What is sent meanwhile waits in the outbox.</summary>
    Reconnecting,

    /// <summary>Messages go both ways.</summary>
    Open,

    /// <summary>The peer has said that it will send no more; what is still owed to it can be sent.</summary>
    HalfClosed,

    /// <summary>This side sends what its outbox holds, and closes.</summary>
    Closing,

    /// <summary>Over. What was received can still be taken.</summary>
    Closed,
}
