using TcpChat.Errors;
using TcpChat.Handlers;
using TcpChat.Sessions;

namespace TcpChat.Processes;

/// <summary>How it stands with a handler in another process.</summary>
internal sealed class ProcessOutcome(HandlerChild process) : IHandlerOutcome
{
    public bool HasEnded => process.Ended.IsCompleted;

    public bool WasStopped => process.WasStopped;

    public Exception? Failure => HasEnded && !WasStopped && process.Ended.Result is { Reason: CloseReason.HandlerFailed } outcome ? outcome.Error : null;

    // A handler's own error came with its other records; that its process died is known only here.
    public bool IsFailureRecorded => Failure is not null and not ChatException { Code: ChatErrorCode.HandlerProcessFailed };

    public int? ProcessId => process.ProcessId;
}
