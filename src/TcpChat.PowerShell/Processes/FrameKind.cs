namespace TcpChat.Processes;

/// <summary>What a frame between a server and a process of its handlers says.</summary>
internal enum FrameKind : byte
{
    /// <summary>To the process: all that it needs to serve; a ProcessSetup.</summary>
    Setup = 1,

    /// <summary>To the process: stop the handler, close the session in order within so many milliseconds, exit.</summary>
    Stop,

    /// <summary>To the process: wait for no connection any more, and exit unless there is one.</summary>
    Retire,

    /// <summary>From the process, as all that follow: it is ready and waits for a connection.</summary>
    Ready = 16,

    /// <summary>It could not get ready, and why.</summary>
    SetupFailed,

    /// <summary>It has accepted a connection that has something to pass before it is a session.</summary>
    Admitting,

    /// <summary>That connection was not admitted, and why; when it is closed, the process is ready for another.</summary>
    Rejected,

    /// <summary>It holds a session, and between whom.</summary>
    Accepted,

    /// <summary>What its session has sent and received so far.</summary>
    Counters,

    /// <summary>Its session and its handler are over, and why.</summary>
    Ended,

    /// <summary>The handler has emitted an object, in CLIXML.</summary>
    Output = 32,

    /// <summary>The handler has reported an error.</summary>
    Error,

    /// <summary>The handler has written a warning.</summary>
    Warning,

    /// <summary>The handler has written a verbose message.</summary>
    Verbose,

    /// <summary>The handler has written a debug message.</summary>
    Debug,

    /// <summary>The handler has written an information record.</summary>
    Information,
}
