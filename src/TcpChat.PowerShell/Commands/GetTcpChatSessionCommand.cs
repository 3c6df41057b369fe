using System.Management.Automation;
using TcpChat.Binding;
using TcpChat.Completion;
using TcpChat.Jobs;
using TcpChat.Registry;
using TcpChat.Sessions;

namespace TcpChat.Commands;

/// <summary>Finds sessions of this process, of either end and from whichever runspace.</summary>
[Cmdlet(VerbsCommon.Get, "TcpChatSession", DefaultParameterSetName = NameSet)]
[OutputType(typeof(ChatSession))]
public sealed class GetTcpChatSessionCommand : ChatCommand
{
    private const string NameSet = "Name";
    private const string IdSet = "Id";

    /// <summary>The names to find; wildcards are allowed.</summary>
    [Parameter(Position = 0, ParameterSetName = NameSet)]
    [ArgumentCompleter(typeof(SessionCompleter))]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = ["*"];

    /// <summary>The ids to find.</summary>
    [Parameter(Mandatory = true, ParameterSetName = IdSet, ValueFromPipelineByPropertyName = true)]
    [Alias("SessionId")]
    [ValidateNotNullOrEmpty]
    public int[] Id { get; set; } = [];

    /// <summary>Only the sessions of these servers: jobs, ids or names.</summary>
    [Parameter(ParameterSetName = NameSet, ValueFromPipeline = true)]
    [ServerTransform]
    [ArgumentCompleter(typeof(ServerCompleter))]
    [AllowEmptyCollection]
    [ValidateNotNull]
    public TcpChatServerJob[]? Server { get; set; }

    /// <summary>Only sessions in these states. Default: all that are not over.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public ChatSessionState[] State { get; set; } = [ChatSessionState.Reconnecting, ChatSessionState.Open, ChatSessionState.HalfClosed, ChatSessionState.Closing];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        IEnumerable<ChatSession> candidates = (Server?.SelectMany(static s => s.AllSessions) ?? ChatRegistry.Sessions).Where(IsInState);
        if (ParameterSetName == IdSet)
        {
            foreach (int id in Id)
            {
                // Asked for by its id, a session is found in whatever state it is.
                Write(ChatRegistry.FindSessions(id).Where(s => !MyInvocation.BoundParameters.ContainsKey(nameof(State)) || IsInState(s)), id, isExact: true);
            }
        }
        else
        {
            foreach (string name in Name)
            {
                WildcardPattern pattern = WildcardPattern.Get(name, WildcardOptions.IgnoreCase);
                Write(candidates.Where(s => pattern.IsMatch(s.Name)), name, !WildcardPattern.ContainsWildcardCharacters(name));
            }
        }
    }

    private bool IsInState(ChatSession session) => State.Contains(session.State);

    private void Write(IEnumerable<ChatSession> sessions, object what, bool isExact)
    {
        List<ChatSession> found = [.. sessions];
        if (found.Count == 0 && isExact)
        {
            WriteError(new ErrorRecord(
                new ItemNotFoundException($"There is no session with the id or name '{what}' in such a state."),
                "SessionNotFound",
                ErrorCategory.ObjectNotFound,
                what));
        }

        WriteObject(found, enumerateCollection: true);
    }
}
