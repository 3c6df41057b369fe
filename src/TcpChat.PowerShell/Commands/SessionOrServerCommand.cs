using System.Management.Automation;
using TcpChat.Binding;
using TcpChat.Completion;
using TcpChat.Jobs;
using TcpChat.Sessions;

namespace TcpChat.Commands;

/// <summary>What the commands share that look at single sessions or at all sessions of a server.</summary>
public abstract class SessionOrServerCommand : ChatCommand
{
    /// <summary>The parameter set with sessions.</summary>
    protected const string SessionSet = "Session";

    /// <summary>The parameter set with servers.</summary>
    protected const string ServerSet = "Server";

    /// <summary>The sessions: objects, jobs, ids or names. A message stands for the session it came by.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = SessionSet, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SessionTransform]
    [ArgumentCompleter(typeof(SessionCompleter))]
    [AllowEmptyCollection]
    [ValidateNotNull]
    public ChatSession[] Session { get; set; } = [];

    /// <summary>The servers: jobs, ids or names.</summary>
    // Not mandatory: with two sets that could take their mandatory parameter from the pipeline, the engine settles for the
    // default one before it has seen an object, and no server could be piped.
    [Parameter(Position = 0, ParameterSetName = ServerSet, ValueFromPipeline = true)]
    [ServerTransform]
    [ArgumentCompleter(typeof(ServerCompleter))]
    [AllowEmptyCollection]
    [ValidateNotNull]
    public TcpChatServerJob[] Server { get; set; } = [];
}
