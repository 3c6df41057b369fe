using TcpChat.Sessions;

namespace TcpChat.Handlers;

/// <summary>How it stands with a handler that may not have begun yet.</summary>
internal sealed class HandlerOutcome(IHandlers handlers, ChatSession session) : IHandlerOutcome
{
    private IHandlerOutcome? _found;

    public bool HasEnded => Found?.HasEnded ?? false;

    public bool WasStopped => Found?.WasStopped ?? false;

    public Exception? Failure => Found?.Failure;

    public int? ProcessId => Found?.ProcessId;

    private IHandlerOutcome? Found => _found ??= handlers.Find(session);
}
