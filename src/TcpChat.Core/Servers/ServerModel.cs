namespace TcpChat.Servers;

/// <summary>How a server serves several clients.</summary>
public enum ServerModel
{
    /// <summary>All at once: sessions are asynchronous, and handlers run side by side up to a limit.</summary>
    Concurrent,

    /// <summary>One at a time: the next waits in the system's accept queue until the session is over and its handler has ended.</summary>
    Iterative,

    /// <summary>All at once, each session and its handler in a process of its own, which has taken the connection from the listening socket.</summary>
    Process,
}
