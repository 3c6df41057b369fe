using TcpChat.Handlers;
using TcpChat.Sessions;

namespace TcpChat.Processes;

/// <summary>How it stands with a handler in another process.</summary>
internal sealed class ProcessOutcome(HandlerChild process) : IHandlerOutcome
{
    public bool HasEnded => process.Ended.IsCompleted;

    public bool WasStopped => process.WasStopped;

    public Exception? Failure => HasEnded && !WasStopped && process.Ended.Result is { Reason: CloseReason.HandlerFailed } outcome ? outcome.Error : null;

    public bool IsFailureRecorded => process.IsFailureRecorded;

    public int? ProcessId => process.ProcessId;
}
