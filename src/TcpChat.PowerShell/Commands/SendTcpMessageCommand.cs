using System.Management.Automation;
using TcpChat.Binding;
using TcpChat.Errors;
using TcpChat.Files;
using TcpChat.Framing;
using TcpChat.Jobs;
using TcpChat.Sessions;

namespace TcpChat.Commands;

/// <summary>Sends text, bytes, objects or a file to one or many sessions.</summary>
[Cmdlet(VerbsCommunications.Send, "TcpMessage", DefaultParameterSetName = InputSet)]
[OutputType(typeof(ChatSession), ParameterSetName = [InputSet, SessionSet, ServerSet])]
[OutputType(typeof(FileTransfer), ParameterSetName = [FileSet, FileServerSet])]
public sealed class SendTcpMessageCommand : SendParametersCommand
{
    private readonly ByteCollector _bytes = new();
    private ChatSession[] _bytesSession = [];
    private TcpChatServerJob[] _bytesServer = [];
    private FileSending? _file;
    private bool? _inPieces;
    private bool _isArgument;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        _isArgument = MyInvocation.BoundParameters.ContainsKey(nameof(InputObject));

        if (LiteralPath is not null)
        {
            OpenFile(FilePath.Resolve(this, LiteralPath));
            return;
        }

        // One set, or the engine could not choose when both stand on the command line; so it would bind an object to both.
        if (All && !_isArgument && !MyInvocation.BoundParameters.ContainsKey(nameof(Server)))
        {
            ThrowInvalidArgument("MessageOrServerMissing", "With -All, give what to send or the servers as an argument; only one of them can come from the pipeline.");
        }
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (_file is not null)
        {
            AddToFile(_file);
            return;
        }

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
    protected override void EndProcessing()
    {
        SendCollected();
        _file?.Finish();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _file?.Dispose();
    }

    private void OpenFile(string path)
    {
        try
        {
            _file = Await(FileSending.OpenAsync(this, path, GetFileLimits(), WriteTransfer, StopToken));
        }
        catch (ChatException e)
        {
            ThrowTerminatingError(ChatErrorRecord.Create(e, path));
        }
    }

    private void AddToFile(FileSending file)
    {
        try
        {
            file.Add(Targets(Session, Server));
        }
        catch (ChatException e)
        {
            ThrowTerminatingError(ChatErrorRecord.Create(e, LiteralPath));
        }
    }

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
        WarnOfTranscript(session);
        if (PassThru)
        {
            WriteObject(session);
        }
    }
}
