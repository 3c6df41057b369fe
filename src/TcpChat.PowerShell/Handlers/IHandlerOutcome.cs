namespace TcpChat.Handlers;

/// <summary>How it stands with the handler of one session, as its job shows it.</summary>
internal interface IHandlerOutcome
{
    /// <summary>True when the handler runs no more and will not again.</summary>
    bool HasEnded { get; }

    /// <summary>True where it was told to stop.</summary>
    bool WasStopped { get; }

    /// <summary>What made it fail.</summary>
    Exception? Failure { get; }

    /// <summary>True where that is in the error stream of its job already.</summary>
    bool IsFailureRecorded { get; }

    /// <summary>The process that it runs in, where that is another one.</summary>
    int? ProcessId { get; }
}
