using System.Collections.Concurrent;
using System.Diagnostics;
using TcpChat.Jobs;
using TcpChat.Sessions;

namespace TcpChat.Handlers;

/// <summary>
/// The workers of a server, each a thread with a runspace of its own, and the sessions that wait for one. Workers come when
/// there is work for them, up to the limit; they are used again, and all but one go after some idle time. A message wakes no
/// second worker while those at work keep up: waking a thread costs more than most handlers do.
/// </summary>
#pragma warning disable CA1001 // A pool is disposed as IHandlers, and its timer with it.
internal sealed class HandlerPool(HandlerOptions options) : IHandlers
#pragma warning restore CA1001
{
    /// <summary>How long a worker waits for work before it goes.</summary>
    private static readonly TimeSpan s_idleTime = TimeSpan.FromSeconds(30);

    /// <summary>When a session has waited for so long, another worker is woken, as long as there are processors for it.</summary>
    private static readonly TimeSpan s_short = TimeSpan.FromMilliseconds(0.5);

    /// <summary>When a session has waited for so long, those at work are taken to wait for something themselves.</summary>
    private static readonly TimeSpan s_long = TimeSpan.FromMilliseconds(5);

    private readonly object _gate = new();
    private readonly CancellationTokenSource _closing = new();
    private readonly Queue<(HandledSession Session, long Since)> _ready = new();
    private readonly HashSet<HandlerWorker> _workers = [];
    private readonly ConcurrentDictionary<int, HandledSession> _handled = new();
    private Func<ChatSession, Action<object>?>? _recorderOf;
    private int _idle;
    private int _starting;
    private bool _closed;
    private Timer? _watch;
    private bool _watching;

    /// <summary>Raised when the handler of a session has ended.</summary>
    public event Action<ChatSession>? Ended;

    public HandlerOptions Options => options;

    public int OutputLimit => options.OutputLimit;

    /// <summary>The server, as handlers see it: its job, or in another process what is known of it there.</summary>
    public object? Server { get; private set; }

    /// <summary>True while sessions wait for a worker.</summary>
    public bool HasWaiting
    {
        get
        {
            lock (_gate)
            {
                return _ready.Count > 0;
            }
        }
    }

    /// <summary>Cancelled when no worker is wanted any more.</summary>
    public CancellationToken Closing => _closing.Token;

    /// <summary>
    /// Starts the first worker; the task ends when that is ready, so that what cannot run is told at once. It fails where the
    /// module could not be imported, or the initialization script has failed.
    /// </summary>
    public Task WarmAsync()
    {
        lock (_gate)
        {
            return AddWorker().Ready;
        }
    }

    /// <summary>Says whose sessions these are.</summary>
    public void Attach(TcpChatServerJob server) => Attach(server, session => server.JobOf(session) is { } job ? job.Record : null);

    /// <summary>Says whose sessions these are, where the server's job is in another process.</summary>
    /// <param name="server">The server, as handlers see it.</param>
    /// <param name="recorderOf">Gives what takes all that the handler of a session writes.</param>
    public void Attach(object server, Func<ChatSession, Action<object>?> recorderOf)
    {
        Server = server;
        _recorderOf = recorderOf;
    }

    /// <summary>What takes all that the handler of a session writes; null where nothing does any more.</summary>
    public Action<object>? RecorderOf(ChatSession session) => _recorderOf?.Invoke(session);

    /// <summary>The core's way in: one session, until its handler has ended.</summary>
    public Task HandleAsync(ChatSession session, CancellationToken stop)
    {
        HandledSession handled = new(session, this, options.IsConversation, stop);
        _handled[session.Id] = handled;
        handled.Begin();
        return handled.Ended;
    }

    /// <summary>How it stands with the handler of a session.</summary>
    public IHandlerOutcome? Find(ChatSession session) => _handled.TryGetValue(session.Id, out HandledSession? handled) ? handled : null;

    /// <summary>A session is looked at no more.</summary>
    public void Forget(ChatSession session) => _handled.TryRemove(session.Id, out _);

    /// <summary>A session has work for a worker.</summary>
    public void Enqueue(HandledSession session)
    {
        lock (_gate)
        {
            if (!_closed)
            {
                _ready.Enqueue((session, Stopwatch.GetTimestamp()));
                int working = _workers.Count - _idle - _starting;
                if (options.IsConversation || working <= 0 || (working < Environment.ProcessorCount && FirstHasWaited(s_short)))
                {
                    CallWorker();
                }
                else if (!_watching)
                {
                    Watch();
                }

                return;
            }
        }

        session.End();
    }

    /// <summary>Gives a worker its next session, waiting for one; null when it shall go.</summary>
    public HandledSession? Take(HandlerWorker worker)
    {
        lock (_gate)
        {
            while (!_closed && !worker.IsGoing)
            {
                while (_ready.TryDequeue(out (HandledSession Session, long Since) next))
                {
                    if (next.Session.TryEnter(worker))
                    {
                        return next.Session;
                    }
                }

                _idle++;
                bool woken = Monitor.Wait(_gate, s_idleTime);
                _idle--;
                if (!woken && _ready.Count == 0 && _workers.Count > 1)
                {
                    // Under the lock, so that no two of the last two go.
                    _workers.Remove(worker);
                    return null;
                }
            }

            return null;
        }
    }

    /// <summary>Has the workers that wait look whether they shall go.</summary>
    public void Wake()
    {
        lock (_gate)
        {
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>A worker is ready to serve.</summary>
    public void Started()
    {
        lock (_gate)
        {
            _starting--;
        }
    }

    /// <summary>A worker has gone, or is given up; where work waits, another one comes.</summary>
    /// <param name="worker">The worker.</param>
    /// <param name="failure">Why it could not begin to serve.</param>
    public void Remove(HandlerWorker worker, Exception? failure = null)
    {
        HandledSession? unserved = null;
        lock (_gate)
        {
            if (failure is not null)
            {
                _starting--;
            }

            if (!_workers.Remove(worker) || _closed)
            {
                return;
            }

            if (failure is not null && _workers.Count == 0)
            {
                // Nobody is left to serve: who waits is told, and the next one to come tries again.
                unserved = _ready.TryDequeue(out (HandledSession Session, long Since) next) ? next.Session : null;
            }

            // While others serve, what could not begin is not tried again at once, or it would be for ever.
            if (_ready.Count > _idle + _starting && (failure is null || _workers.Count == 0))
            {
                AddWorker();
            }
        }

        unserved?.End(failure);
    }

    /// <summary>The handler of a session has ended.</summary>
    public void Tell(HandledSession session) => Ended?.Invoke(session.Session);

    /// <summary>Lets the workers go as soon as they have nothing to do.</summary>
    public void Dispose()
    {
        HandledSession[] waiting;
        lock (_gate)
        {
            if (_closed)
            {
                return;
            }

            _closed = true;
            waiting = [.. _ready.Select(static waiting => waiting.Session)];
            _ready.Clear();
            Monitor.PulseAll(_gate);
            _watch?.Dispose();
        }

        _closing.Cancel();
        Array.ForEach(waiting, static session => session.End());
    }

    private bool FirstHasWaited(TimeSpan time) =>
        _ready.TryPeek(out (HandledSession Session, long Since) first) && Stopwatch.GetElapsedTime(first.Since) >= time;

    /// <summary>Has one more worker at work, if there may be one.</summary>
    private void CallWorker()
    {
        Monitor.Pulse(_gate);
        if (_ready.Count > _idle + _starting && _workers.Count < options.ThrottleLimit)
        {
            AddWorker();
        }
    }

    /// <summary>Looks again in a while whether those at work keep up.</summary>
    private void Watch()
    {
        _watching = true;
        _watch ??= new Timer(static pool => ((HandlerPool)pool!).Look(), this, Timeout.Infinite, Timeout.Infinite);
        _watch.Change(s_long, Timeout.InfiniteTimeSpan);
    }

    private void Look()
    {
        lock (_gate)
        {
            _watching = false;
            if (_closed || _ready.Count == 0)
            {
                return;
            }

            if (FirstHasWaited(s_long))
            {
                CallWorker();
            }

            Watch();
        }
    }

    private HandlerWorker AddWorker()
    {
        HandlerWorker worker = options.IsAdmission ? new AdmissionWorker(this)
            : options.IsConversation ? new ConversationWorker(this)
            : new MessageWorker(this);
        _workers.Add(worker);
        _starting++;
        worker.Start();
        return worker;
    }
}
