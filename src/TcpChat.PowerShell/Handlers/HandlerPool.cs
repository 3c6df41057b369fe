using System.Collections.Concurrent;
using TcpChat.Jobs;
using TcpChat.Sessions;

namespace TcpChat.Handlers;

/// <summary>
/// The workers of a server, each a thread with a runspace of its own, and the sessions that wait for one. Workers come when
/// there is work for them, up to the limit; they are used again, and all but one go after some idle time.
/// </summary>
internal sealed class HandlerPool(HandlerOptions options) : IHandlers
{
    /// <summary>How long a worker waits for work before it goes.</summary>
    private static readonly TimeSpan s_idleTime = TimeSpan.FromSeconds(30);

    private readonly object _gate = new();
    private readonly CancellationTokenSource _closing = new();
    private readonly Queue<HandledSession> _ready = new();
    private readonly HashSet<HandlerWorker> _workers = [];
    private readonly ConcurrentDictionary<int, HandledSession> _handled = new();
    private Func<ChatSession, Action<object>?>? _recorderOf;
    private int _idle;
    private int _starting;
    private bool _closed;

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
                _ready.Enqueue(session);
                Monitor.Pulse(_gate);
                if (_ready.Count > _idle + _starting && _workers.Count < options.ThrottleLimit)
                {
                    AddWorker();
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
            while (!_closed)
            {
                while (_ready.TryDequeue(out HandledSession? session))
                {
                    if (session.TryEnter(worker))
                    {
                        return session;
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
                _ready.TryDequeue(out unserved);
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
            waiting = [.. _ready];
            _ready.Clear();
            Monitor.PulseAll(_gate);
        }

        _closing.Cancel();
        Array.ForEach(waiting, static session => session.End());
    }

    private HandlerWorker AddWorker()
    {
        HandlerWorker worker = options.IsConversation ? new ConversationWorker(this) : new MessageWorker(this);
        _workers.Add(worker);
        _starting++;
        worker.Start();
        return worker;
    }
}
