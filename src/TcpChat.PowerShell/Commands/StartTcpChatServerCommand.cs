using System.Management.Automation;
using System.Net;
using TcpChat.Completion;
using TcpChat.Errors;
using TcpChat.Jobs;
using TcpChat.Servers;

namespace TcpChat.Commands;

/// <summary>Starts a server as a job.</summary>
[Cmdlet(VerbsLifecycle.Start, "TcpChatServer")]
[OutputType(typeof(TcpChatServerJob))]
public sealed class StartTcpChatServerCommand : SessionOptionsCommand
{
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

    /// <summary>Sends every message back, instead of keeping it for Receive-TcpMessage.</summary>
    [Parameter]
    public SwitchParameter Echo { get; set; }

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
            Backlog = Backlog,
            Greeting = Greeting,
            Answer = Echo ? ServerAnswer.Echo : ServerAnswer.Inbox,
            Session = GetSessionOptions(),
        };
        try
        {
            TcpChatServerJob job = TcpChatServerJob.Start(options, MyInvocation.Line.Trim());
            WriteVerbose($"Listening at {job.LocalEndPoint}.");
            WriteObject(job);
        }
        catch (ChatException e)
        {
            ThrowTerminatingError(ChatErrorRecord.Create(e, new IPEndPoint(Address, Port)));
        }
    }
}
