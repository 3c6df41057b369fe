using System.Management.Automation;
using TcpChat.Sessions;

namespace TcpChat.Handlers;

/// <summary>
/// One session in the care of a handler. With messages, it waits for a worker while there are some and no worker has it, so
/// that its messages are handled one after the other; a conversation waits for a worker once.
/// </summary>
internal sealed class HandledSession : IHandlerOutcome
{
    private readonly HandlerPool _pool;
    private readonly bool _isConversation;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationToken _stop;
    private readonly Lock _gate = new();
    private HandlerWorker? _worker;
    private Action<object>? _record;
    private bool _queued;
    private bool _sending;
    private bool _hasEnded;

    public HandledSession(ChatSession session, HandlerPool pool, bool isConversation, CancellationToken stop)
    {
        Session = session;
        _pool = pool;
        _isConversation = isConversation;
        _stop = stop;
    }

    public ChatSession Session { get; }

    /// <summary>Ends with the handler: in order, failed, or cancelled when it was stopped.</summary>
    public Task Ended => _ended.Task;

    public bool HasEnded => Volatile.Read(ref _hasEnded);

    public bool WasStopped => _stop.IsCancellationRequested;

    public Exception? Failure { get; private set; }

    public bool IsFailureRecorded { get; private set; }

    public int? ProcessId => null;

    /// <summary>True where the next message need not be handled: told to stop, or this side has closed the session, so that no answer would be sent.</summary>
    public bool IsLeft => WasStopped || HasEnded || Session.CloseReason switch
    {
        CloseReason.LocalClosed or CloseReason.ServerStopped => true,

        // After the peer's half-close it is open until this side closes it.
        CloseReason.PeerClosed => Session.State >= ChatSessionState.Closing,
        _ => false,
    };

    /// <summary>Begins to wait for a worker, or for messages.</summary>
    public void Begin()
    {
        if (!_isConversation)
        {
            Session.Inbox.Filled += Wake;
            Session.Inbox.Completed += Wake;
        }

        _stop.Register(Stop);
        Wake();
    }

    /// <summary>A worker takes it; false where there is nothing to do any more.</summary>
    public bool TryEnter(HandlerWorker worker)
    {
        lock (_gate)
        {
            _queued = false;
            if (_hasEnded)
            {
                return false;
            }

            _worker = worker;
            return true;
        }
    }

    /// <summary>The worker leaves it, and another may take it when its answers are sent and there is more to do.</summary>
    public void LeaveAfter(Task sending)
    {
        lock (_gate)
        {
            _worker = null;
            _sending = !sending.IsCompleted;
        }

        if (sending.IsCompleted)
        {
            Wake();
        }
        else
        {
            _ = WakeAfterAsync(sending);
        }
    }

    /// <summary>Nothing more will be handled, and it ends when the answers there are have found room.</summary>
    public void EndAfter(Task sending, Exception? failure = null)
    {
        if (sending.IsCompleted)
        {
            End(failure);
            return;
        }

        lock (_gate)
        {
            _worker = null;
            _sending = true;
        }

        _ = EndAfterAsync(sending, failure);
    }

    /// <summary>Nothing more will be handled.</summary>
    public void End(Exception? failure = null)
    {
        lock (_gate)
        {
            _worker = null;
            if (_hasEnded)
            {
                return;
            }

            Failure = WasStopped ? null : CauseOf(failure);
            _hasEnded = true;
        }

        TellEnd();
    }

    /// <summary>Writes what has ended its script to the error stream of its job.</summary>
    public void RecordFailure(ErrorRecord failure)
    {
        IsFailureRecorded = true;
        Record(failure);
    }

    /// <summary>Writes to the streams of its job.</summary>
    public void Record(object record) => (_record ??= _pool.RecorderOf(Session))?.Invoke(record);


    // What $ErrorActionPreference has made of an error tells nothing that the error does not.
    private static Exception? CauseOf(Exception? failure) =>
        failure is ActionPreferenceStopException { ErrorRecord.Exception: { } cause } ? cause : failure;

    private void TellEnd()
    {
        Session.Inbox.Filled -= Wake;
        Session.Inbox.Completed -= Wake;
        _pool.Tell(this);
        if (WasStopped)
        {
            _ended.TrySetCanceled(_stop);
        }
        else if (Failure is not null)
        {
            _ended.TrySetException(Failure);
        }
        else
        {
            _ended.TrySetResult();
        }
    }

    private async Task EndAfterAsync(Task sending, Exception? failure)
    {
        await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        End(failure);
    }

    private async Task WakeAfterAsync(Task sending)
    {
        await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (_gate)
        {
            _sending = false;
        }

        Wake();
    }

    /// <summary>Waits for a worker if there is something to do, and ends if there will be nothing any more.</summary>
    private void Wake()
    {
        bool over = false;
        lock (_gate)
        {
            if (_queued || _sending || _worker is not null || _hasEnded)
            {
                return;
            }

            if (_isConversation || (Session.InboxLength > 0 && !IsLeft))
            {
                _queued = true;
            }
            else if (IsLeft || Session.Inbox.IsFinished)
            {
                over = true;
            }
            else
            {
                return;
            }
        }

        if (over)
        {
            End();
        }
        else
        {
            _pool.Enqueue(this);
        }
    }

    private void Stop()
    {
        HandlerWorker? worker;
        lock (_gate)
        {
            worker = _worker;
            if (worker is null)
            {
                if (_hasEnded)
                {
                    return;
                }

                // Before a worker can take it: none will.
                _hasEnded = true;
            }
        }

        if (worker is null)
        {
            TellEnd();
        }
        else
        {
            worker.Stop(this);
        }
    }
}
