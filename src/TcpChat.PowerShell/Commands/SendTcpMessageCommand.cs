using System.Management.Automation;
using TcpChat.Binding;
using TcpChat.Completion;
using TcpChat.Errors;
using TcpChat.Framing;
using TcpChat.Jobs;
using TcpChat.Sessions;

namespace TcpChat.Commands;

/// <summary>Sends text, bytes or objects to one or many sessions.</summary>
[Cmdlet(VerbsCommunications.Send, "TcpMessage", DefaultParameterSetName = InputSet)]
[OutputType(typeof(ChatSession))]
public sealed class SendTcpMessageCommand : ChatCommand
{
    private const string InputSet = "Input";
    private const string SessionSet = "Session";
    private const string ServerSet = "Server";

    private readonly ByteCollector _bytes = new();
    private ChatSession[] _bytesSession = [];
    private TcpChatServerJob[] _bytesServer = [];
    private bool? _inPieces;
    private bool _isArgument;

    /// <summary>What to send. Bytes go as they are, a message as its bytes, all else as its text; each element of a list is a message.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = InputSet, ValueFromPipeline = true)]
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = SessionSet)]
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ServerSet, ValueFromPipeline = true)]
    [Alias("Message")]
    [AllowEmptyString]
    public object InputObject { get; set; } = string.Empty;

    /// <summary>The sessions: objects, ids or names. A message stands for the session it came by.</summary>
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = InputSet, ValueFromPipelineByPropertyName = true)]
    [Parameter(Mandatory = true, ParameterSetName = SessionSet, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SessionTransform]
    [ArgumentCompleter(typeof(SessionCompleter))]
    [AllowEmptyCollection]
    [ValidateNotNull]
    public ChatSession[] Session { get; set; } = [];

    /// <summary>The servers whose sessions all get the message: jobs, ids or names.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ServerSet, ValueFromPipeline = true)]
    [ServerTransform]
    [ArgumentCompleter(typeof(ServerCompleter))]
    [AllowEmptyCollection]
    [ValidateNotNull]
    public TcpChatServerJob[] Server { get; set; } = [];

    /// <summary>Sends to every session of the server.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ServerSet)]
    public SwitchParameter All { get; set; }

    /// <summary>How long each message may wait for room in the outboxes, in seconds. 0: not at all.</summary>
    [Parameter]
    [ValidateRange(0, LongestTimeoutSec)]
    public double TimeoutSec { get; set; } = 30;

    /// <summary>Gives the sessions that a message went to, once for each message.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        _isArgument = MyInvocation.BoundParameters.ContainsKey(nameof(InputObject));

        // One set, or the engine could not choose when both stand on the command line; so it would bind an object to both.
        if (All && !_isArgument && !MyInvocation.BoundParameters.ContainsKey(nameof(Server)))
        {
            ThrowInvalidArgument("MessageOrServerMissing", "With -All, give what to send or the servers as an argument; only one of them can come from the pipeline.");
        }
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        ChatSession[]? targets = null;
        foreach (object item in Payload.Each(InputObject))
        {
            if (Payload.Unwrap(item) is byte single)
            {
                // Bytes that come one by one, as from Get-Content -AsByteStream, belong together.
                _bytes.Add(single);
                (_bytesSession, _bytesServer) = (Session, Server);
                if (_bytes.HasPiece && (_inPieces ??= Targets(Session, Server).All(static s => s.Options.Framing.Kind == FramingKind.Raw)))
                {
                    SendCollected();
                }
            }
            else
            {
                SendCollected();
                Send(item, targets ??= Targets(Session, Server));
            }
        }

        if (_isArgument)
        {
            // Nothing belongs together here: it is the sessions or servers that come by the pipeline.
            SendCollected();
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing() => SendCollected();

    private ChatSession[] Targets(ChatSession[] sessions, TcpChatServerJob[] servers) =>
        All ? [.. servers.SelectMany(static s => s.Sessions).Where(static s => s.CanSend)] : sessions;

    private void SendCollected()
    {
        if (_bytes.Take() is { } bytes)
        {
            Send(bytes, Targets(_bytesSession, _bytesServer));
        }
    }

    private void Send(object message, ChatSession[] targets)
    {
        using Deadline deadline = StartDeadline(TimeoutSec);
        FrameCache frames = new(message);
        List<(ChatSession Session, Task Sending)> waiting = [];
        foreach (ChatSession session in targets)
        {
            try
            {
                ValueTask sending = session.SendFramesAsync(frames.For(session), 1, deadline.Token);
                if (sending.IsCompletedSuccessfully)
                {
                    Report(session);
                }
                else
                {
                    // A slow session does not hold up the others.
                    waiting.Add((session, sending.AsTask()));
                }
            }
            catch (ChatException e)
            {
                WriteError(e, session);
            }
        }

        foreach ((ChatSession session, Task sending) in waiting)
        {
            Finish(session, sending, deadline);
        }
    }

    private void Finish(ChatSession session, Task sending, Deadline deadline)
    {
        try
        {
            Await(sending);
            Report(session);
        }
        catch (ChatException e)
        {
            WriteError(e, session);
        }
        catch (OperationCanceledException) when (deadline.HasPassed)
        {
            WriteError(
                new ChatException(
                    ChatErrorCode.SendTimeout,
                    $"The session {session.Id} ({session.Name}) had no room for the message within {TimeoutSec:0.###} s: {session.OutboxLength} bytes wait, because the peer does not read."),
                session);
        }
    }

    private void Report(ChatSession session)
    {
        if (PassThru)
        {
            WriteObject(session);
        }
    }
}
