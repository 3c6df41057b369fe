using System.Management.Automation;
using TcpChat.Binding;
using TcpChat.Clients;
using TcpChat.Completion;
using TcpChat.Errors;
using TcpChat.Framing;
using TcpChat.Patterns;
using TcpChat.Requests;
using TcpChat.Sessions;

namespace TcpChat.Commands;

/// <summary>The parameters of a request: what is asked, whom, and what ends the answer.</summary>
public abstract class RequestCommand : ClientCommand
{
    /// <summary>The parameter set with sessions.</summary>
    protected const string SessionSet = "Session";

    /// <summary>What to send. Bytes go as they are, a message as its bytes, all else as its text; each element of a list is a request.</summary>
    // What is asked and who is asked may both come from the pipeline: whichever is not an argument does. As sets of their own
    // the engine could not choose when both are arguments.
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [Alias("Message")]
    [AllowEmptyString]
    public object InputObject { get; set; } = string.Empty;

    /// <summary>The sessions: objects, ids or names. A message stands for the session it came by.</summary>
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = SessionSet, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SessionTransform]
    [ArgumentCompleter(typeof(SessionCompleter))]
    [AllowEmptyCollection]
    [ValidateNotNull]
    public ChatSession[] Session { get; set; } = [];

    /// <summary>Takes away what waits in a session's inbox before the request is sent.</summary>
    [Parameter(ParameterSetName = SessionSet)]
    public SwitchParameter ClearInbox { get; set; }

    /// <summary>Names or addresses of computers; each request has a connection for itself.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ComputerSet, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Cn", "HostName")]
    [ValidateNotNullOrEmpty]
    public string[] ComputerName { get; set; } = [];

    /// <summary>The port.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ComputerSet, ValueFromPipelineByPropertyName = true)]
    [ValidateRange(1, 65535)]
    public int Port { get; set; }

    /// <summary>How many messages the answer has. With -IdleTimeoutSec: at most.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int Count { get; set; } = 1;

    /// <summary>The answer ends when nothing has come for so many seconds after its first message, or when the peer closes.</summary>
    [Parameter]
    [ValidateRange(0, LongestTimeoutSec)]
    public double IdleTimeoutSec { get; set; }

    /// <summary>The answer ends where one of these matches: regular expressions, or plain text with -SimpleMatch.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[]? Until { get; set; }

    /// <summary>The patterns of -Until are plain text.</summary>
    [Parameter]
    public SwitchParameter SimpleMatch { get; set; }

    /// <summary>Upper and lower case differ in the patterns of -Until.</summary>
    [Parameter]
    public SwitchParameter CaseSensitive { get; set; }

    /// <summary>How long a request may take, connecting included, in seconds.</summary>
    [Parameter]
    [ValidateRange(0, LongestTimeoutSec)]
    public double TimeoutSec { get; set; } = 30;

    /// <summary>Gives the answer as one array of bytes.</summary>
    [Parameter]
    public SwitchParameter AsByteStream { get; set; }

    /// <summary>How many requests are under way at the same time at most.</summary>
    [Parameter(ParameterSetName = ComputerSet)]
    [ValidateRange(1, 10_000)]
    public int ThrottleLimit { get; set; } = 32;

    /// <summary>The largest answer, all its messages together, in bytes.</summary>
    [Parameter(ParameterSetName = ComputerSet)]
    [ValidateRange(1, 1 << 30)]
    public int MaximumAnswerSize { get; set; } = RequestOptions.DefaultMaximumAnswerSize;

    /// <summary>The patterns of -Until; null without it.</summary>
    private protected PatternSet? Patterns { get; private set; }

    /// <summary>What ends the answer, as the parameters say.</summary>
    private protected AnswerEnd AnswerEnd => IsBound(nameof(IdleTimeoutSec))
        ? new AnswerEnd(IsBound(nameof(Count)) ? Count : int.MaxValue, TimeSpan.FromSeconds(IdleTimeoutSec))
        : new AnswerEnd(Count);

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        if (!IsBound(nameof(InputObject)) && !IsBound(nameof(Session)) && !IsBound(nameof(ComputerName)))
        {
            ThrowInvalidArgument("RequestOrTargetMissing", "Give what to send, or whom to ask, as an argument; only one of them can come from the pipeline.");
        }

        if (Until is null)
        {
            return;
        }

        if (AsByteStream || IsBound(nameof(Count)) || IsBound(nameof(IdleTimeoutSec)))
        {
            ThrowInvalidArgument("UntilNotAlone", "With -Until the patterns alone end the answer, and it is text: -Count, -IdleTimeoutSec and -AsByteStream have no meaning.");
        }

        try
        {
            Patterns = new PatternSet(Until, new PatternOptions { SimpleMatch = SimpleMatch, CaseSensitive = CaseSensitive });
        }
        catch (ChatException e)
        {
            ThrowTerminatingError(ChatErrorRecord.Create(e, Until));
        }
    }

    /// <summary>The request to a computer as the parameters say.</summary>
    private protected RequestOptions RequestTo(string computer, object item)
    {
        bool isRaw = AsByteStream && Delimiter is null && !IsBound(nameof(Framing)) && !IsBound(nameof(LineEnding));
        bool isBytes = Payload.TryGetBytes(item, out ReadOnlyMemory<byte> bytes);
        return new RequestOptions
        {
            Client = Protect(new ClientOptions
            {
                ComputerName = computer,
                Port = Port,
                ConnectTimeout = TimeSpan.FromSeconds(TimeoutSec),
                Session = new SessionOptions
                {
                    Framing = MakeFraming(isRaw ? FramingKind.Raw : Framing, Delimiter, LineEnding, Encoding),
                    Encoding = Encoding,
                    MaximumMessageSize = MaximumAnswerSize,

                    // A pattern is looked for in all that waits there.
                    InboxLimit = Math.Max(1, MaximumAnswerSize / RequestOptions.MessageCost),
                    InboxByteLimit = MaximumAnswerSize,
                },
            }),
            Text = isBytes ? null : Payload.ToText(item),
            Bytes = bytes,
            End = AnswerEnd,
            Until = Patterns,
            MaximumAnswerSize = MaximumAnswerSize,
        };
    }
}
