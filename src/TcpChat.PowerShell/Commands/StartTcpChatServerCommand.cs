using System.Collections;
using System.Management.Automation;
using System.Net;
using TcpChat.Completion;
using TcpChat.Errors;
using TcpChat.Handlers;
using TcpChat.Jobs;
using TcpChat.Processes;
using TcpChat.Servers;

namespace TcpChat.Commands;

/// <summary>Starts a server as a job.</summary>
[Cmdlet(VerbsLifecycle.Start, "TcpChatServer", DefaultParameterSetName = InboxSet)]
[OutputType(typeof(TcpChatServerJob))]
public sealed class StartTcpChatServerCommand : SessionOptionsCommand
{
    private const string InboxSet = "Inbox";
    private const string EchoSet = "Echo";
    private const string MessageSet = "OnMessage";
    private const string ConversationSet = "ScriptBlock";

    /// <summary>Makes the command with the defaults of a server.</summary>
    public StartTcpChatServerCommand() => HalfCloseTimeoutSec = ServerOptions.DefaultHalfCloseTimeoutSec;

    /// <summary>The port to listen at. 0, the default: the system chooses.</summary>
    [Parameter(Position = 0)]
    [ValidateRange(0, 65535)]
    public int Port { get; set; }

    /// <summary>The address to listen at. Default: 127.0.0.1, this machine only. '::' takes IPv6 and IPv4 from everywhere.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(AddressCompleter))]
    [ValidateNotNull]
    public IPAddress Address { get; set; } = IPAddress.Loopback;

    /// <summary>The job's name. Default: TcpChatServer: and the port.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <summary>How several clients are served: side by side, one at a time, or each in a process of its own.</summary>
    [Parameter]
    public ServerModel Model { get; set; }

    /// <summary>Sends every message back, instead of keeping it for Receive-TcpMessage.</summary>
    [Parameter(Mandatory = true, ParameterSetName = EchoSet)]
    public SwitchParameter Echo { get; set; }

    /// <summary>Runs for each message, with $_ or $Message, $Session and $Server; each object that it emits is sent back as a message.</summary>
    [Parameter(Mandatory = true, ParameterSetName = MessageSet)]
    [ValidateNotNull]
    public ScriptBlock? OnMessage { get; set; }

    /// <summary>Runs for each connection and holds the whole conversation; gets the session as its first argument. The session ends with it.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ConversationSet)]
    [ValidateNotNull]
    public ScriptBlock? ScriptBlock { get; set; }

    /// <summary>What the conversation's block gets after the session.</summary>
    [Parameter(ParameterSetName = ConversationSet)]
    [AllowNull]
    [AllowEmptyCollection]
    public object?[]? ArgumentList { get; set; }

    /// <summary>Runs once in each runspace before handlers run in it: what it defines and imports is there for them.</summary>
    [Parameter(ParameterSetName = MessageSet)]
    [Parameter(ParameterSetName = ConversationSet)]
    [ValidateNotNull]
    public ScriptBlock? InitializationScript { get; set; }

    /// <summary>How many handlers run at once; further sessions wait for one to be free. Default: with -OnMessage 4 or as many as there are processors, with -ScriptBlock 100, with -Model Process 16 processes.</summary>
    [Parameter(ParameterSetName = MessageSet)]
    [Parameter(ParameterSetName = ConversationSet)]
    [ValidateRange(1, 10_000)]
    public int ThrottleLimit { get; set; }

    /// <summary>What an error in a handler does: ends its session, or is only recorded.</summary>
    [Parameter(ParameterSetName = MessageSet)]
    [Parameter(ParameterSetName = ConversationSet)]
    public HandlerErrorAction HandlerError { get; set; }

    /// <summary>How many objects of each of its streams a connection's job keeps until they are received; the oldest go first.</summary>
    [Parameter(ParameterSetName = MessageSet)]
    [Parameter(ParameterSetName = ConversationSet)]
    [ValidateRange(1, 1_000_000)]
    public int OutputLimit { get; set; } = HandlerOptions.DefaultOutputLimit;

    /// <summary>With -Model Process, how many processes are kept waiting for connections, so that no client waits for a PowerShell to start.</summary>
    [Parameter]
    [ValidateRange(0, 1000)]
    public int SpareProcess { get; set; } = ProcessHandlers.DefaultSpares;

    /// <summary>A message sent to each client when it connects.</summary>
    [Parameter]
    [AllowEmptyString]
    public string? Greeting { get; set; }

    /// <summary>How many connections the system is asked to keep until they are accepted. It caps the number.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int Backlog { get; set; } = ServerOptions.DefaultBacklog;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        ServerOptions options = new()
        {
            Address = Address,
            Port = Port,
            Name = Name,
            Model = Model,
            Backlog = Backlog,
            Greeting = Greeting,
            Answer = Echo ? ServerAnswer.Echo : ServerAnswer.Inbox,
            Session = GetSessionOptions(),
        };
        ProcessHandlers? processes = Model == ServerModel.Process ? GetProcesses() : null;
        HandlerPool? handlers = processes is null ? GetHandlers() : null;
        try
        {
            string command = MyInvocation.Line.Trim();
            TcpChatServerJob job = processes is not null
                ? Await(TcpChatServerJob.StartAsync(options, command, processes, StopToken))
                : TcpChatServerJob.Start(options, command, handlers);
            WriteVerbose($"Listening at {job.LocalEndPoint}.");
            WriteObject(job);
        }
        catch (ChatException e)
        {
            handlers?.Dispose();
            ThrowTerminatingError(ChatErrorRecord.Create(e, new IPEndPoint(Address, Port)));
        }
        catch (ArgumentException e) when (processes is not null)
        {
            ThrowInvalidArgument("EncodingNotUsable", e.Message, Encoding);
        }
    }

    private HandlerPool? GetHandlers()
    {
        if (MyInvocation.BoundParameters.ContainsKey(nameof(SpareProcess)))
        {
            ThrowInvalidArgument("SpareProcessNotUsed", "-SpareProcess has a meaning with -Model Process only.", SpareProcess);
        }

        if (GetHandlerOptions() is not { } options)
        {
            return null;
        }

        HandlerPool pool = new(options);
        try
        {
            Await(pool.WarmAsync().WaitAsync(StopToken));
            return pool;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            pool.Dispose();
            if (e is PipelineStoppedException)
            {
                throw;
            }

            ThrowTerminatingError(new ErrorRecord(e, "HandlerNotReady", ErrorCategory.InvalidOperation, InitializationScript));
            throw;
        }
    }

    private ProcessHandlers GetProcesses()
    {
        HandlerOptions? options = GetHandlerOptions();
        if (options is null && !Echo)
        {
            ThrowInvalidArgument("HandlerMissing", "With -Model Process, say what answers in the processes: -ScriptBlock, -OnMessage or -Echo.", Model);
        }

        return new ProcessHandlers(options, ThrottleLimit > 0 ? ThrottleLimit : ProcessHandlers.DefaultLimit, SpareProcess, OutputLimit);
    }

    private HandlerOptions? GetHandlerOptions()
    {
        if ((OnMessage ?? ScriptBlock) is not { } block)
        {
            return null;
        }

        return new HandlerOptions()
        {
            Block = GetBlock(block),
            IsConversation = ScriptBlock is not null,
            Arguments = ArgumentList ?? [],
            Initialization = InitializationScript,
            ThrottleLimit = ThrottleLimit > 0 ? ThrottleLimit
                : ScriptBlock is not null ? HandlerOptions.DefaultConversationThrottleLimit
                : HandlerOptions.DefaultMessageThrottleLimit,
            ErrorAction = HandlerError,
            OutputLimit = OutputLimit,
            ModulePath = Path.Combine(MyInvocation.MyCommand.Module.ModuleBase, "TcpChat.psd1"),
            Location = SessionState.Path.CurrentLocation.Path,
            LanguageMode = SessionState.LanguageMode,
        };
    }

    private HandlerBlock GetBlock(ScriptBlock block)
    {
        try
        {
            return new HandlerBlock(block, InitializationScript, Evaluate);
        }
        catch (ArgumentException e)
        {
            ThrowInvalidArgument("HandlerBlockNotUsable", e.Message, block);
            throw;
        }
    }

    /// <summary>What an expression after $using: is worth here. The parser lets only variables, their members and elements be there.</summary>
    private object? Evaluate(string expression) =>
        ((Hashtable)InvokeCommand.InvokeScript(false, ScriptBlock.Create($"@{{ Value = {expression} }}"), null)[0].BaseObject)["Value"];
}
