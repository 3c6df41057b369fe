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
    private readonly int _limit;
    private readonly long _byteLimit;
    private readonly Pulse _changed = new();
    private readonly Pulse _room = new();
    private object _gate = new();
    private long _bytes;
    private int _refusedBytes;
    private bool _refusing;
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
            return _messages.Count;
        }
    }

    /// <summary>True when nothing waits and nothing more will come.</summary>
    public bool IsFinished
    {
        get
        {
            using Gate gate = Enter();
            return _completed && _messages.Count == 0;
        }
    }

    /// <summary>True when nothing more will come.</summary>
    internal bool IsCompleted
    {
        get
        {
            using Gate gate = Enter();
            return _completed;
        }
    }

    /// <summary>Takes the oldest message, if there is one.</summary>
    public bool TryTake([NotNullWhen(true)] out ChatMessage? message) => TryTake(out message, out _);

    /// <summary>Shows the oldest message without taking it, if there is one.</summary>
    public bool TryPeek([NotNullWhen(true)] out ChatMessage? message)
    {
        using Gate gate = Enter();
        return _messages.TryPeek(out message);
    }

    /// <summary>Shows all messages, oldest first, without taking them.</summary>
    public ChatMessage[] ToArray()
    {
        using Gate gate = Enter();
        return [.. _messages];
    }

    /// <summary>Waits until there is a message to take (true) or none will come any more (false).</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    public async ValueTask<bool> WaitToTakeAsync(CancellationToken cancellationToken = default)
    {
        bool available = false;
        bool Settled()
        {
            using Gate gate = Enter();
            available = _messages.Count > 0;
            return available || _completed;
        }

        if (!Settled())
        {
            await _changed.WaitUntilAsync(Settled, cancellationToken).ConfigureAwait(false);
        }

        return available;
    }

    /// <summary>
    /// Waits until more than so many messages are there (true), or until no more can come: the inbox is finished, or has no
    /// room left (false).
    /// </summary>
    internal async Task<bool> WaitForMoreAsync(int count, CancellationToken cancellationToken)
    {
        bool more = false;
        await _changed.WaitUntilAsync(Settled, cancellationToken).ConfigureAwait(false);
        return more;

        bool Settled()
        {
            using Gate gate = Enter();
            more = _messages.Count > count;
            return more || _completed || (_refusing && _messages.Count > 0);
        }
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
            if (!_messages.TryDequeue(out message))
            {
                nextArrival = -1;
                return false;
            }

            _bytes -= message.Bytes.Length;
            room = IsHalfEmpty;
            nextArrival = _messages.TryPeek(out ChatMessage? next) ? next.Arrival : -1;
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

            if (_messages.Count >= _limit || (_messages.Count > 0 && _bytes + message.Bytes.Length > _byteLimit))
            {
                _refusedBytes = message.Bytes.Length;
                _refusing = true;
                _changed.Fire();
                return false;
            }

            _refusedBytes = 0;
            _refusing = false;
            filled = _messages.Count == 0;
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
    internal Task WaitForRoomAsync(CancellationToken cancellationToken)
    {
        return _room.WaitUntilAsync(HasRoom, cancellationToken);

        bool HasRoom()
        {
            using Gate gate = Enter();
            return _completed || IsHalfEmpty;
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

    private bool IsHalfEmpty =>
        _messages.Count <= _limit / 2
        && (_messages.Count == 0 || (_bytes <= _byteLimit / 2 && _bytes + _refusedBytes <= _byteLimit));

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
