using System.Management.Automation;
using TcpChat.Binding;
using TcpChat.Completion;
using TcpChat.Jobs;

namespace TcpChat.Commands;

/// <summary>Stops servers: at once for new connections, in order for the ones there are, and hard when the time is up.</summary>
[Cmdlet(VerbsLifecycle.Stop, "TcpChatServer", SupportsShouldProcess = true)]
[OutputType(typeof(TcpChatServerJob))]
public sealed class StopTcpChatServerCommand : ChatCommand
{
    /// <summary>The servers: jobs, ids or names.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ServerTransform]
    [ArgumentCompleter(typeof(ServerCompleter))]
    [AllowEmptyCollection]
    [ValidateNotNull]
    public TcpChatServerJob[] Server { get; set; } = [];

    /// <summary>How long the sessions may take to send what they owe, in seconds. 0: they are cut.</summary>
    [Parameter]
    [ValidateRange(0, LongestTimeoutSec)]
    public double TimeoutSec { get; set; } = 5;

    /// <summary>Gives the servers' jobs.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        List<TcpChatServerJob> servers = [.. Server.Where(job => ShouldProcess($"{job.Name} ({job.Location}, {job.SessionCount} sessions)", "Stop server"))];

        // Together, so that several servers take no longer than one.
        Await(Task.WhenAll(servers.Select(job => job.StopAsync(TimeSpan.FromSeconds(TimeoutSec)))).WaitAsync(StopToken));
        if (PassThru)
        {
            WriteObject(servers, enumerateCollection: true);
        }
    }
}
