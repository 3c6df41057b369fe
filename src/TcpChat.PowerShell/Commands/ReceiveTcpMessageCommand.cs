using System.Management.Automation;
using TcpChat.Errors;
using TcpChat.Jobs;
using TcpChat.Servers;
using TcpChat.Sessions;

namespace TcpChat.Commands;

/// <summary>Takes messages from sessions, or from all sessions of a server in the order they came.</summary>
[Cmdlet(VerbsCommunications.Receive, "TcpMessage", DefaultParameterSetName = SessionSet)]
[OutputType(typeof(ChatMessage))]
public sealed class ReceiveTcpMessageCommand : SessionOrServerCommand
{
    private const double DefaultTimeoutSec = 30;

    private readonly List<MessageSource> _followed = [];

    /// <summary>How many messages to take from each session or server. Default: 1; with -TimeoutSec 0, all there are.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int Count { get; set; } = 1;

    /// <summary>How long to wait for all of them, in seconds; 0: only what is there. Default: 30; with -Follow, no limit.</summary>
    [Parameter]
    [ValidateRange(0, LongestTimeoutSec)]
    public double TimeoutSec { get; set; } = DefaultTimeoutSec;

    /// <summary>Gives messages as they come, until the session or server ends, the time is up, or the pipeline is stopped.</summary>
    [Parameter]
    public SwitchParameter Follow { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
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
        int most = MyInvocation.BoundParameters.ContainsKey(nameof(Count)) ? Count : int.MaxValue;
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
        bool limited = MyInvocation.BoundParameters.ContainsKey(nameof(TimeoutSec));
        using Deadline deadline = StartDeadline(limited ? TimeoutSec : LongestTimeoutSec);
        int left = MyInvocation.BoundParameters.ContainsKey(nameof(Count)) ? Count : int.MaxValue;
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
