using System.Diagnostics.CodeAnalysis;
using TcpChat.Threading;

namespace TcpChat.Sessions;

/// <summary>
/// A session's queue of received messages. It is bounded by refusing: the session then stops to read, and TCP's own flow
/// control holds the peer back, so nothing is lost. Every message is handed out once, whoever takes it.
/// </summary>
public sealed class MessageInbox
{
    private readonly Queue<ChatMessage> _messages = new();

    // What is left of the oldest message when its beginning has been taken; it comes before the queue.
    private ChatMessage? _begun;
    private readonly int _limit;
    private readonly long _byteLimit;
    private readonly Pulse _changed = new();
    private readonly Pulse _room = new();
    private object _gate = new();
    private long _bytes;
    private int _refusedBytes;
    private bool _completed;

    internal MessageInbox(int limit, long byteLimit)
    {
        _limit = limit;
        _byteLimit = byteLimit;
    }

    /// <summary>Raised, outside the lock, when a message came into an empty inbox.</summary>
    public event Action? Filled;

    /// <summary>Raised, outside the lock, when no more messages will come; perhaps more than once.</summary>
    public event Action? Completed;

    /// <summary>Raised, outside the lock, when a message was taken.</summary>
    internal event Action? Taken;

    /// <summary>How many messages wait.</summary>
    public int Count
    {
        get
        {
            using Gate gate = Enter();
            return Held;
        }
    }

    /// <summary>True when nothing waits and nothing more will come.</summary>
    public bool IsFinished
    {
        get
        {
            using Gate gate = Enter();
            return _completed && Held == 0;
        }
    }

    /// <summary>Takes the oldest message, if there is one.</summary>
    public bool TryTake([NotNullWhen(true)] out ChatMessage? message) => TryTake(out message, out _);

    /// <summary>Shows the oldest message without taking it, if there is one.</summary>
    public bool TryPeek([NotNullWhen(true)] out ChatMessage? message)
    {
        using Gate gate = Enter();
        return TryPeekHeld(out message);
    }

    /// <summary>Shows all messages, oldest first, without taking them.</summary>
    public ChatMessage[] ToArray()
    {
        using Gate gate = Enter();
        return _begun is null ? [.. _messages] : [_begun, .. _messages];
    }

    /// <summary>Waits until there is a message to take (true) or none will come any more (false).</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    public async ValueTask<bool> WaitToTakeAsync(CancellationToken cancellationToken = default)
    {
        bool available = false;
        bool Settled()
        {
            using Gate gate = Enter();
            available = Held > 0;
            return available || _completed;
        }

        if (!Settled())
        {
            await _changed.WaitUntilAsync(Settled, cancellationToken).ConfigureAwait(false);
        }

        return available;
    }

    /// <summary>
    /// Puts the inbox under a lock of the caller's, so that several steps on it can be one to all others. The lock must
    /// never be held while waiting for something else.
    /// </summary>
    public void UseLock(object gate)
    {
        using Gate held = Enter();
        _gate = gate;
    }

    internal bool TryTake([NotNullWhen(true)] out ChatMessage? message, out long nextArrival)
    {
        bool room;
        using (Gate gate = Enter())
        {
            if (!TryTakeHeld(out message))
            {
                nextArrival = -1;
                return false;
            }

            room = IsHalfEmpty;
            nextArrival = TryPeekHeld(out ChatMessage? next) ? next.Arrival : -1;
        }

        if (room)
        {
            _room.Fire();
        }

        Taken?.Invoke();
        return true;
    }

    /// <summary>False where there is no room. A finished inbox takes everything and keeps nothing.</summary>
    internal bool TryAdd(ChatMessage message)
    {
        bool filled;
        using (Gate gate = Enter())
        {
            if (_completed)
            {
                return true;
            }

            if (Held >= _limit || (Held > 0 && _bytes + message.Bytes.Length > _byteLimit))
            {
                _refusedBytes = message.Bytes.Length;
                return false;
            }

            _refusedBytes = 0;
            filled = Held == 0;
            _messages.Enqueue(message);
            _bytes += message.Bytes.Length;
        }

        _changed.Fire();
        if (filled)
        {
            Filled?.Invoke();
        }

        return true;
    }

    /// <summary>
    /// Waits until half of the inbox is free, so that reading does not stop and start at every message, and until what was
    /// refused last has room.
    /// </summary>
    internal Task WaitForRoomAsync(CancellationToken cancellationToken) => _room.WaitUntilAsync(() => HasRoom, cancellationToken);

    /// <summary>True when no more messages will come.</summary>
    internal bool IsCompleted
    {
        get
        {
            using Gate gate = Enter();
            return _completed;
        }
    }

    /// <summary>True when a message that was refused may be offered again.</summary>
    internal bool HasRoom
    {
        get
        {
            using Gate gate = Enter();
            return _completed || IsHalfEmpty;
        }
    }

    /// <summary>Fired when a message came, when more of an unfinished one came, and at the end.</summary>
    internal Pulse Changed => _changed;

    /// <summary>
    /// Takes whole messages and the beginning of the one after them, all at once or nothing. False where somebody has
    /// taken something since <paramref name="isUnchanged"/> was true.
    /// </summary>
    /// <param name="isUnchanged">Looks at the oldest message, null where there is none.</param>
    /// <param name="whole">How many whole messages to take.</param>
    /// <param name="begin">What is left of the next when its beginning is taken; null: nothing.</param>
    /// <param name="missing">True where there was no next message to begin, so that it is still being received.</param>
    internal bool TryTake(Func<ChatMessage?, bool> isUnchanged, int whole, Func<ChatMessage, ChatMessage?>? begin, out bool missing)
    {
        bool room;
        missing = false;
        using (Gate gate = Enter())
        {
            if (!isUnchanged(TryPeekHeld(out ChatMessage? oldest) ? oldest : null))
            {
                return false;
            }

            for (int taken = 0; taken < whole; taken++)
            {
                _ = TryTakeHeld(out _);
            }

            if (begin is not null)
            {
                missing = !TryTakeHeld(out ChatMessage? next);
                _begun = next is null ? null : begin(next);
                _bytes += _begun?.Bytes.Length ?? 0;
            }

            room = IsHalfEmpty;
        }

        if (room)
        {
            _room.Fire();
        }

        Taken?.Invoke();
        return true;
    }

    /// <summary>Takes the oldest message, or so many bytes of its beginning where it has more; the rest stays the oldest.</summary>
    internal bool TryTake(int mostBytes, [NotNullWhen(true)] out ChatMessage? message)
    {
        bool room;
        using (Gate gate = Enter())
        {
            if (!TryTakeHeld(out message))
            {
                return false;
            }

            if (message.Bytes.Length > mostBytes)
            {
                (message, _begun) = message.Split(mostBytes);
                _bytes += _begun.Bytes.Length;
            }

            room = IsHalfEmpty;
        }

        if (room)
        {
            _room.Fire();
        }

        Taken?.Invoke();
        return true;
    }

    /// <summary>Makes a message the oldest again. Only for the one who has taken it last, and once.</summary>
    internal void PutBack(ChatMessage message)
    {
        bool filled;
        using (Gate gate = Enter())
        {
            filled = Held == 0;

            // Where a part of it was taken, the rest is still there.
            _bytes += message.Bytes.Length;
            _begun = _begun is null ? message : message.Join(_begun);
        }

        _changed.Fire();
        if (filled)
        {
            Filled?.Invoke();
        }
    }

    /// <summary>Nothing more will come. What is there can be taken.</summary>
    internal void Complete()
    {
        using (Gate gate = Enter())
        {
            _completed = true;
        }

        _changed.Fire();
        _room.Fire();
        Completed?.Invoke();
    }

    private int Held => _messages.Count + (_begun is null ? 0 : 1);

    private bool IsHalfEmpty =>
        Held <= _limit / 2
        && (Held == 0 || (_bytes <= _byteLimit / 2 && _bytes + _refusedBytes <= _byteLimit));

    private bool TryPeekHeld([NotNullWhen(true)] out ChatMessage? message)
    {
        message = _begun;
        return message is not null || _messages.TryPeek(out message);
    }

    private bool TryTakeHeld([NotNullWhen(true)] out ChatMessage? message)
    {
        (message, _begun) = (_begun, null);
        if (message is null && !_messages.TryDequeue(out message))
        {
            return false;
        }

        _bytes -= message.Bytes.Length;
        return true;
    }

    private Gate Enter()
    {
        while (true)
        {
            object gate = Volatile.Read(ref _gate);
            Monitor.Enter(gate);
            if (ReferenceEquals(gate, _gate))
            {
                return new Gate(gate);
            }

            // Someone has put the inbox under another lock while this one was waited for.
            Monitor.Exit(gate);
        }
    }

    private readonly ref struct Gate(object held)
    {
        public void Dispose() => Monitor.Exit(held);
    }
}
