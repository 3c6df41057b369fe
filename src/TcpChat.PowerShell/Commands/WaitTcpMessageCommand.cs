using System.Management.Automation;
using TcpChat.Binding;
using TcpChat.Completion;
using TcpChat.Errors;
using TcpChat.Patterns;
using TcpChat.Requests;
using TcpChat.Sessions;

namespace TcpChat.Commands;

/// <summary>Waits until a pattern matches what a session has received, an unfinished message included, and takes it.</summary>
[Cmdlet(VerbsLifecycle.Wait, "TcpMessage")]
[OutputType(typeof(PatternMatch))]
public sealed class WaitTcpMessageCommand : ChatCommand
{
    private PatternSet? _patterns;
    private Deadline? _deadline;

    /// <summary>Regular expressions, or plain text with -SimpleMatch. The match that begins first counts.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    public string[] Pattern { get; set; } = [];

    /// <summary>The sessions: objects, jobs, ids or names. A message stands for the session it came by.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SessionTransform]
    [ArgumentCompleter(typeof(SessionCompleter))]
    [AllowEmptyCollection]
    [ValidateNotNull]
    public ChatSession[] Session { get; set; } = [];

    /// <summary>The patterns are plain text.</summary>
    [Parameter]
    public SwitchParameter SimpleMatch { get; set; }

    /// <summary>Upper and lower case differ.</summary>
    [Parameter]
    public SwitchParameter CaseSensitive { get; set; }

    /// <summary>Looks only at whole messages, so that no match ends in the middle of one that is still arriving.</summary>
    [Parameter]
    public SwitchParameter WholeMessage { get; set; }

    /// <summary>How long to wait for all of them, in seconds; 0: only look at what is there.</summary>
    [Parameter]
    [ValidateRange(0, LongestTimeoutSec)]
    public double TimeoutSec { get; set; } = 30;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        try
        {
            _patterns = new PatternSet(Pattern, new PatternOptions { SimpleMatch = SimpleMatch, CaseSensitive = CaseSensitive, WholeMessages = WholeMessage });
        }
        catch (ChatException e)
        {
            ThrowTerminatingError(ChatErrorRecord.Create(e, Pattern));
        }
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        // One limit for all: while one is waited for, what the others receive stays with them.
        _deadline ??= StartDeadline(TimeoutSec);
        foreach (ChatSession session in Session)
        {
            try
            {
                WriteObject(Take(session, _patterns!, _deadline));
            }
            catch (ChatException e)
            {
                WriteError(e, session);
            }
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _deadline?.Dispose();
        base.Dispose(disposing);
    }

    private PatternMatch Take(ChatSession session, PatternSet patterns, Deadline deadline)
    {
        MatchReader reader = new(session, patterns);
        if (TimeoutSec > 0)
        {
            try
            {
                return Await(reader.TakeAsync(deadline.Token));
            }
            catch (OperationCanceledException) when (deadline.HasPassed)
            {
                // Waiting for another session may have taken all the time; what has come by then counts.
            }
        }

        return Await(reader.TryTakeAsync(StopToken)) ?? throw reader.TimedOut(TimeSpan.FromSeconds(TimeoutSec));
    }
}
