using System.Management.Automation;
using TcpChat.Errors;
using TcpChat.Jobs;
using TcpChat.Sessions;

namespace TcpChat.Commands;

/// <summary>Waits until sessions are in a state, or until a server has so many, so that no script has to sleep.</summary>
[Cmdlet(VerbsLifecycle.Wait, "TcpChatSession", DefaultParameterSetName = SessionSet)]
[OutputType(typeof(ChatSession))]
public sealed class WaitTcpChatSessionCommand : SessionOrServerCommand
{
    private Deadline? _deadline;

    /// <summary>The state to wait for; a later one will do. Default: Closed.</summary>
    [Parameter(ParameterSetName = SessionSet)]
    public ChatSessionState State { get; set; } = ChatSessionState.Closed;

    /// <summary>How many sessions the server must have at least; 0: none at all. Default: 1.</summary>
    [Parameter(ParameterSetName = ServerSet)]
    [ValidateRange(0, int.MaxValue)]
    public int Count { get; set; } = 1;

    /// <summary>How long to wait for all of it, in seconds. 0: only look.</summary>
    [Parameter]
    [ValidateRange(0, LongestTimeoutSec)]
    public double TimeoutSec { get; set; } = 30;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName == ServerSet && !MyInvocation.BoundParameters.ContainsKey(nameof(Server)))
        {
            ThrowInvalidArgument("ServerMissing", "-Count counts the sessions of a server: give -Server.");
        }

        _deadline ??= StartDeadline(TimeoutSec);
        foreach (ChatSession session in Session)
        {
            if (TryWait(session.WaitForStateAsync(State, _deadline.Token), $"The session {session.Id} ({session.Name}) is not {State}, but {session.State},", session))
            {
                WriteObject(session);
            }
        }

        foreach (TcpChatServerJob server in Server)
        {
            Task enough = server.Server.Changed.WaitUntilAsync(() => Count == 0 ? server.SessionCount == 0 : server.SessionCount >= Count, _deadline.Token);
            if (TryWait(enough, $"The server {server.Name} has {server.SessionCount} sessions, not {Count},", server))
            {
                WriteObject(server.Sessions, enumerateCollection: true);
            }
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _deadline?.Dispose();
        base.Dispose(disposing);
    }

    private bool TryWait(Task task, string what, object target)
    {
        try
        {
            Await(task);
            return true;
        }
        catch (OperationCanceledException) when (_deadline!.HasPassed)
        {
            WriteError(new ChatException(ChatErrorCode.WaitTimeout, $"{what} after {TimeoutSec:0.###} s."), target);
            return false;
        }
    }
}
