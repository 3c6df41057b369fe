namespace TcpChat.Processes;

/// <summary>Where a process that serves one connection is in its life.</summary>
internal enum HandlerChildState
{
    /// <summary>It gets ready.</summary>
    Starting,

    /// <summary>It waits for a connection.</summary>
    Ready,

    /// <summary>It has one that is not admitted yet.</summary>
    Admitting,

    /// <summary>It holds one, or has held one and is about to exit.</summary>
    Serving,

    /// <summary>It has exited.</summary>
    Gone,
}
