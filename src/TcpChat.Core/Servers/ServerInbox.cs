using System.Diagnostics.CodeAnalysis;
using TcpChat.Sessions;
using TcpChat.Threading;

namespace TcpChat.Servers;

/// <summary>The messages of all sessions of a server, in the order they came. It stores none: it knows which inboxes have some.</summary>
public sealed class ServerInbox
{
    private readonly Lock _gate = new();
    private readonly PriorityQueue<ChatSession, long> _ready = new();
    private readonly HashSet<ChatSession> _listed = [];
    private readonly Pulse _changed = new();
    private long _arrivals;
    private bool _completed;

    internal ServerInbox()
    {
    }

    /// <summary>Raised, outside the lock, when a session's inbox was empty and is not any more.</summary>
    public event Action<ChatSession>? Filled;

    /// <summary>How many sessions are listed as having a message.</summary>
    internal int ListedSessions
    {
        get
        {
            lock (_gate)
            {
                return _listed.Count;
            }
        }
    }

    /// <summary>Takes the oldest message of all sessions, if there is one.</summary>
    public bool TryTake([NotNullWhen(true)] out ChatMessage? message)
    {
        lock (_gate)
        {
            while (TryFindOldest(out ChatSession? session))
            {
                _ready.Dequeue();
                if (session.Inbox.TryTake(out message, out long next))
                {
                    if (next >= 0)
                    {
                        _ready.Enqueue(session, next);
                    }
                    else
                    {
                        _listed.Remove(session);
                    }

                    return true;
                }

                _listed.Remove(session);
            }
        }

        message = null;
        return false;
    }

    /// <summary>Shows the oldest message of all sessions without taking it, if there is one.</summary>
    public bool TryPeek([NotNullWhen(true)] out ChatMessage? message)
    {
        lock (_gate)
        {
            while (TryFindOldest(out ChatSession? session))
            {
                if (session.Inbox.TryPeek(out message))
                {
                    return true;
                }
            }
        }

        message = null;
        return false;
    }

    /// <summary>Waits until there is a message to take (true) or none will come any more (false).</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    public async ValueTask<bool> WaitToTakeAsync(CancellationToken cancellationToken = default)
    {
        bool available = false;
        await _changed.WaitUntilAsync(
            () =>
            {
                // Read before the look: what is added before completion must be found.
                bool completed = Volatile.Read(ref _completed);
                available = TryPeek(out _);
                return available || completed;
            },
            cancellationToken).ConfigureAwait(false);
        return available;
    }

    internal long NextArrival() => Interlocked.Increment(ref _arrivals);

    internal void Add(ChatSession session)
    {
        session.Inbox.Filled += () =>
        {
            lock (_gate)
            {
                if (session.Inbox.TryPeek(out ChatMessage? oldest) && _listed.Add(session))
                {
                    _ready.Enqueue(session, oldest.Arrival);
                }
            }

            _changed.Fire();
            Filled?.Invoke(session);
        };
    }

    /// <summary>Lists these sessions no longer. Their inboxes are empty and stay so.</summary>
    internal void Forget(IReadOnlyCollection<ChatSession> sessions)
    {
        lock (_gate)
        {
            int listed = _listed.Count;
            _listed.ExceptWith(sessions);
            if (_listed.Count < listed)
            {
                (ChatSession, long)[] rest = [.. _ready.UnorderedItems.Where(item => _listed.Contains(item.Element))];
                _ready.Clear();
                _ready.EnqueueRange(rest);
            }
        }
    }

    internal void Complete()
    {
        Volatile.Write(ref _completed, true);
        _changed.Fire();
    }

    /// <summary>Finds the session with the oldest message, putting right what others have taken from the inboxes meanwhile.</summary>
    private bool TryFindOldest([NotNullWhen(true)] out ChatSession? session)
    {
        while (_ready.TryPeek(out session, out long arrival))
        {
            if (session.Inbox.TryPeek(out ChatMessage? oldest))
            {
                if (oldest.Arrival == arrival)
                {
                    return true;
                }

                _ready.DequeueEnqueue(session, oldest.Arrival);
            }
            else
            {
                _ready.Dequeue();
                _listed.Remove(session);
            }
        }

        return false;
    }
}
