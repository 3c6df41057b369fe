using TcpChat.Sessions;

namespace TcpChat.Handlers;

/// <summary>How it stands with a handler that may not have begun yet.</summary>
internal sealed class HandlerOutcome(IHandlers handlers, ChatSession session) : IHandlerOutcome
{
    private IHandlerOutcome? _found;

    // Stopped before it has begun, it never will.
    public bool HasEnded => Found?.HasEnded ?? session.State == ChatSessionState.Closed;

    public bool WasStopped => Found?.WasStopped ?? false;

    public Exception? Failure => Found?.Failure;

    public bool IsFailureRecorded => Found?.IsFailureRecorded ?? false;

    public int? ProcessId => Found?.ProcessId;

    private IHandlerOutcome? Found => _found ??= handlers.Find(session);
}
