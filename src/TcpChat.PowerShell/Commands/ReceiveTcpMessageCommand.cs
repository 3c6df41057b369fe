using System.Management.Automation;
using TcpChat.Errors;
using TcpChat.Files;
using TcpChat.Jobs;
using TcpChat.Servers;
using TcpChat.Sessions;

namespace TcpChat.Commands;

/// <summary>Takes messages from sessions, or from all sessions of a server in the order they came.</summary>
[Cmdlet(VerbsCommunications.Receive, "TcpMessage", DefaultParameterSetName = SessionSet)]
[OutputType(typeof(ChatMessage), ParameterSetName = [SessionSet, ServerSet])]
[OutputType(typeof(FileTransfer), ParameterSetName = [SessionSet])]
public sealed class ReceiveTcpMessageCommand : ReceiveParametersCommand
{
    private readonly List<MessageSource> _followed = [];
    private readonly List<ChatSession> _fileSessions = [];

    /// <inheritdoc/>
    protected override void BeginProcessing() => CheckFileParameters();

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (LiteralPath is not null)
        {
            _fileSessions.AddRange(Session);
            return;
        }

        IEnumerable<MessageSource> sources = [.. Session.Where(IsHere).Select(MessageSource.Of), .. Server.Where(IsHere).Select(MessageSource.Of)];
        if (Follow)
        {
            _followed.AddRange(sources);
            return;
        }

        foreach (MessageSource source in sources)
        {
            if (TimeoutSec == 0)
            {
                TakeWhatIsThere(source);
            }
            else
            {
                Take(source);
            }
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (Follow)
        {
            FollowAll();
        }
        else if (_fileSessions.Count > 0)
        {
            ReceiveFile();
        }
    }

    private void ReceiveFile()
    {
        string path = FilePath.Resolve(this, LiteralPath!);
        if (_fileSessions.Count > 1)
        {
            ThrowInvalidArgument("SessionNotSingle", $"A file comes from one session, and these are {_fileSessions.Count}.", path);
        }

        ReceiveFileOptions options = GetFileOptions(_fileSessions[0].Options.Framing.Kind);
        RunningTransfers transfers = new(new TransferBar(this, $"Receiving {Path.GetFileName(path)}"), WriteTransfer, StopToken);
        transfers.Add(FileTransfer.Receive(_fileSessions[0], path, options, GetFileLimits(), StopToken));
        transfers.Finish();
    }

    private bool IsHere(ChatSession session)
    {
        try
        {
            session.ThrowIfElsewhere();
            return true;
        }
        catch (ChatException e)
        {
            WriteError(e, session);
            return false;
        }
    }

    private bool IsHere(TcpChatServerJob server)
    {
        if (server.Server.Options.Model == ServerModel.Process)
        {
            WriteError(
                new ChatException(
                    ChatErrorCode.SessionInOtherProcess,
                    $"Other processes hold the sessions of the server {server.Name}: only their handlers can receive. Receive-Job shows what these write."),
                server);
            return false;
        }

        return true;
    }

    private void TakeWhatIsThere(MessageSource source)
    {
        int most = IsGiven(nameof(Count)) ? Count : int.MaxValue;
        for (int taken = 0; taken < most && source.TryTake() is { } message; taken++)
        {
            WriteObject(message);
        }
    }

    private void Take(MessageSource source)
    {
        using Deadline deadline = StartDeadline(TimeoutSec);
        for (int taken = 0; taken < Count;)
        {
            // One at a time: what has not been asked for when the pipeline stops stays where it is.
            if (source.TryTake() is { } message)
            {
                taken++;
                WarnOfTranscript(message.Session);
                WriteObject(message);
                continue;
            }

            string got = Count == 1 ? string.Empty : $" ({taken} of {Count} came)";
            try
            {
                if (!Await(source.WaitToTakeAsync(deadline.Token)))
                {
                    WriteError(new ChatException(ChatErrorCode.SessionClosed, $"No more messages come from {source.Description}{got}: {source.EndReason}.", source.Error), source.Target);
                    return;
                }
            }
            catch (OperationCanceledException) when (deadline.HasPassed)
            {
                WriteError(new ChatException(ChatErrorCode.ReceiveTimeout, $"No message from {source.Description} within {TimeoutSec:0.###} s{got}."), source.Target);
                return;
            }
        }
    }

    private void FollowAll()
    {
        bool limited = IsGiven(nameof(TimeoutSec));
        using Deadline deadline = StartDeadline(limited ? TimeoutSec : LongestTimeoutSec);
        int left = IsGiven(nameof(Count)) ? Count : int.MaxValue;
        List<MessageSource> open = [.. _followed];
        while (left > 0)
        {
            foreach (MessageSource source in open)
            {
                while (left > 0 && source.TryTake() is { } message)
                {
                    left--;
                    WriteObject(message);
                }
            }

            if (left == 0 || !WaitForAny(open, deadline))
            {
                return;
            }
        }
    }

    /// <summary>Waits until one has a message; false when all have ended or the time is up.</summary>
    private bool WaitForAny(List<MessageSource> open, Deadline deadline)
    {
        using CancellationTokenSource others = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token);
        try
        {
            while (open.Count > 0)
            {
                List<Task<bool>> waits = open.ConvertAll(source => source.WaitToTakeAsync(others.Token));
                Task<bool> first = Await(Task.WhenAny(waits));
                if (Await(first))
                {
                    return true;
                }

                open.RemoveAt(waits.IndexOf(first));
            }

            return false;
        }
        catch (OperationCanceledException) when (deadline.HasPassed)
        {
            return false;
        }
        finally
        {
            others.Cancel();
        }
    }
}
