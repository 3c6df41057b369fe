using System.Management.Automation;
using TcpChat.Binding;
using TcpChat.Completion;
using TcpChat.Files;
using TcpChat.Jobs;
using TcpChat.Sessions;

namespace TcpChat.Commands;

/// <summary>What Send-TcpMessage is told: what to send, messages or a file, and to whom.</summary>
public abstract class SendParametersCommand : ChatCommand
{
    /// <summary>The default parameter set: messages by the pipeline.</summary>
    protected const string InputSet = "Input";

    /// <summary>The parameter set with sessions by the pipeline.</summary>
    protected const string SessionSet = "Session";

    /// <summary>The parameter set with servers.</summary>
    protected const string ServerSet = "Server";

    /// <summary>The parameter set with a file for sessions.</summary>
    protected const string FileSet = "File";

    /// <summary>The parameter set with a file for servers.</summary>
    protected const string FileServerSet = "FileServer";

    /// <summary>What to send. Bytes go as they are, a message as its bytes, all else as its text; each element of a list is a message.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = InputSet, ValueFromPipeline = true)]
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = SessionSet)]
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ServerSet, ValueFromPipeline = true)]
    [Alias("Message")]
    [AllowEmptyString]
    public object InputObject { get; set; } = string.Empty;

    /// <summary>The file to send, as it is: no wildcards.</summary>
    [Parameter(Mandatory = true, ParameterSetName = FileSet)]
    [Parameter(Mandatory = true, ParameterSetName = FileServerSet)]
    [Alias("PSPath")]
    [ValidateNotNullOrEmpty]
    public string? LiteralPath { get; set; }

    /// <summary>The sessions: objects, ids or names. A message stands for the session it came by.</summary>
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = InputSet, ValueFromPipelineByPropertyName = true)]
    [Parameter(Mandatory = true, ParameterSetName = SessionSet, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = FileSet, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SessionTransform]
    [ArgumentCompleter(typeof(SessionCompleter))]
    [AllowEmptyCollection]
    [ValidateNotNull]
    public ChatSession[] Session { get; set; } = [];

    /// <summary>The servers whose sessions all get the message: jobs, ids or names.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ServerSet, ValueFromPipeline = true)]
    [Parameter(Mandatory = true, ParameterSetName = FileServerSet, ValueFromPipeline = true)]
    [ServerTransform]
    [ArgumentCompleter(typeof(ServerCompleter))]
    [AllowEmptyCollection]
    [ValidateNotNull]
    public TcpChatServerJob[] Server { get; set; } = [];

    /// <summary>Sends to every session of the server.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ServerSet)]
    [Parameter(Mandatory = true, ParameterSetName = FileServerSet)]
    public SwitchParameter All { get; set; }

    /// <summary>How long each message may wait for room in the outboxes, in seconds. 0: not at all. With -LiteralPath, how long the file may take; no limit unless given.</summary>
    [Parameter]
    [ValidateRange(0, LongestTimeoutSec)]
    public double TimeoutSec { get; set; } = 30;

    /// <summary>How long nothing of the file may move, in seconds.</summary>
    [Parameter(ParameterSetName = FileSet)]
    [Parameter(ParameterSetName = FileServerSet)]
    [ValidateRange(0, LongestTimeoutSec)]
    public double StallTimeoutSec { get; set; } = 30;

    /// <summary>Gives the sessions that a message went to, once for each message.</summary>
    [Parameter(ParameterSetName = InputSet)]
    [Parameter(ParameterSetName = SessionSet)]
    [Parameter(ParameterSetName = ServerSet)]
    public SwitchParameter PassThru { get; set; }

    /// <summary>How long the file may take, as the parameters say.</summary>
    private protected FileTransferLimits GetFileLimits() => new()
    {
        Time = MyInvocation.BoundParameters.ContainsKey(nameof(TimeoutSec)) ? TimeSpan.FromSeconds(TimeoutSec) : Timeout.InfiniteTimeSpan,
        Stall = TimeSpan.FromSeconds(StallTimeoutSec),
    };
}
