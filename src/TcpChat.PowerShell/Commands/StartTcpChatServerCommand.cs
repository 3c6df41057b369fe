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
public sealed class StartTcpChatServerCommand : SecureServerCommand
{
    private const string InboxSet = "Inbox";
    private const string EchoSet = "Echo";

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

    /// <summary>With -Model Process, how many processes are kept waiting for connections, so that no client waits for a PowerShell to start.</summary>
    [Parameter]
    [ValidateRange(1, 1000)]
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
    protected override void ProcessRecord()
    {
        if (Model != ServerModel.Process && MyInvocation.BoundParameters.ContainsKey(nameof(SpareProcess)))
        {
            ThrowInvalidArgument("SpareProcessNotUsed", "-SpareProcess has a meaning with -Model Process only.", SpareProcess);
        }

        ServerOptions options = Secure(new ServerOptions
        {
            Address = Address,
            Port = Port,
            Name = Name,
            Model = Model,
            Backlog = Backlog,
            Greeting = Greeting,
            Answer = Echo ? ServerAnswer.Echo : ServerAnswer.Inbox,
            Session = GetSessionOptions(),
        });
        HandlerOptions? handler = GetHandlerOptions();
        HandlerOptions? onConnect = GetConnectOptions();
        string command = MyInvocation.Line.Trim();
        try
        {
            TcpChatServerJob job = Model == ServerModel.Process
                ? Await(TcpChatServerJob.StartAsync(options, command, GetProcesses(handler, onConnect), StopToken))
                : StartHere(options, command, handler, onConnect);
            WriteVerbose($"Listening at {job.LocalEndPoint}.");
            WriteObject(job);
        }
        catch (ChatException e)
        {
            ThrowTerminatingError(ChatErrorRecord.Create(e, new IPEndPoint(Address, Port)));
        }
        catch (ArgumentException e) when (Model == ServerModel.Process)
        {
            ThrowInvalidArgument("EncodingNotUsable", e.Message, Encoding);
        }
    }

    private TcpChatServerJob StartHere(ServerOptions options, string command, HandlerOptions? handler, HandlerOptions? onConnect)
    {
        HandlerPool? pool = null;
        ConnectScript? script = null;
        try
        {
            if (handler is not null)
            {
                Warm((pool = new HandlerPool(handler)).WarmAsync());
            }

            if (onConnect is not null)
            {
                Warm((script = new ConnectScript(onConnect)).WarmAsync());
            }

            return TcpChatServerJob.Start(options, command, pool, script);
        }
        catch
        {
            pool?.Dispose();
            script?.Dispose();
            throw;
        }
    }

    private void Warm(Task warming)
    {
        try
        {
            Await(warming.WaitAsync(StopToken));
        }
        catch (Exception e) when (e is not (OutOfMemoryException or PipelineStoppedException))
        {
            ThrowTerminatingError(new ErrorRecord(e, "HandlerNotReady", ErrorCategory.InvalidOperation, InitializationScript));
        }
    }

    private ProcessHandlers GetProcesses(HandlerOptions? handler, HandlerOptions? onConnect)
    {
        if (handler is null && !Echo)
        {
            ThrowInvalidArgument("HandlerMissing", "With -Model Process, say what answers in the processes: -ScriptBlock, -OnMessage or -Echo.", Model);
        }

        return new ProcessHandlers(handler, onConnect, ThrottleLimit > 0 ? ThrottleLimit : ProcessHandlers.DefaultLimit, SpareProcess, OutputLimit);
    }
}
