using System.Management.Automation;
using TcpChat.Binding;
using TcpChat.Completion;
using TcpChat.Sessions;

namespace TcpChat.Commands;

/// <summary>Closes sessions of either end, in order or at once.</summary>
[Cmdlet(VerbsCommunications.Disconnect, "TcpChat", SupportsShouldProcess = true)]
[OutputType(typeof(ChatSession))]
public sealed class DisconnectTcpChatCommand : ChatCommand
{
    /// <summary>The sessions: objects, ids or names. A message stands for its session.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SessionTransform]
    [ArgumentCompleter(typeof(SessionCompleter))]
    [AllowEmptyCollection]
    [ValidateNotNull]
    public ChatSession[] Session { get; set; } = [];

    /// <summary>How long sending what the outbox holds may take, in seconds; then the connection is cut.</summary>
    [Parameter]
    [ValidateRange(0, LongestTimeoutSec)]
    public double TimeoutSec { get; set; } = 5;

    /// <summary>Cuts the connection: what waits to be sent is lost, and the peer sees a reset.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Gives the sessions.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        List<ChatSession> sessions = [.. Session.Where(s => ShouldProcess($"session {s.Id} ({s.Name})", Force ? "Cut" : "Disconnect"))];
        if (Force)
        {
            sessions.ForEach(static s => s.Abort());
        }

        // Together, so that many sessions take no longer than one.
        Await(Task.WhenAll(sessions.Select(s => s.CloseAsync(TimeSpan.FromSeconds(TimeoutSec)))).WaitAsync(StopToken));
        sessions.ForEach(WarnOfTranscript);
        if (PassThru)
        {
            WriteObject(sessions, enumerateCollection: true);
        }
    }
}
