namespace TcpChat.TestPeer;

/// <summary>What a behaviour does with the connection once it has sent what it had to send.</summary>
public enum Ending
{
    /// <summary>Goes on reading and recording until the other side ends.</summary>
    Read,

    /// <summary>Shuts down its sending side, then reads and records until the other side ends.</summary>
    HalfClose,

    /// <summary>Closes at once. Unread data makes the system send a reset after the end of the stream.</summary>
    Close,

    /// <summary>Resets the connection.</summary>
    Reset,

    /// <summary>Keeps the connection open and touches it no more.</summary>
    Hold,
}
