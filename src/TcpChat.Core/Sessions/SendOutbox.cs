using System.Buffers;
using TcpChat.Threading;
using TcpChat.Transport;

namespace TcpChat.Sessions;

/// <summary>
/// A session's queue of bytes to send. A send tries the wire at once; what the wire refuses waits here, and one write
/// loop, which runs only while something waits, sends all of it in as few calls as it can.
/// </summary>
internal sealed class SendOutbox
{
    /// <summary>Small frames are gathered up to this size; a frame larger than half of it is sent as it stands.</summary>
    private const int BatchSize = 64 * 1024;

    private readonly ITransport _transport;
    private readonly long _limit;
    private readonly OutboxPolicy _policy;
    private readonly Action<Exception> _failed;
    private readonly Lock _gate = new();
    private readonly Pulse _changed = new();
    private readonly Queue<Waiting> _frames = new();

    // The rest of a frame whose beginning is sent already: it can be neither dropped nor overtaken.
    private ReadOnlyMemory<byte> _started;
    private long _waitingBytes;
    private long _sentBytes;
    private long _dropped;
    private bool _writing;
    private bool _completed;
    private Exception? _failure;
    private object? _holder;

    /// <param name="transport">The wire.</param>
    /// <param name="limit">How many bytes wait at most.</param>
    /// <param name="policy">What happens when that is not enough.</param>
    /// <param name="failed">Told once when the wire has failed; called outside the lock.</param>
    public SendOutbox(ITransport transport, long limit, OutboxPolicy policy, Action<Exception> failed)
    {
        _transport = transport;
        _limit = limit;
        _policy = policy;
        _failed = failed;
    }

    /// <summary>What made sending impossible, if something did.</summary>
    public Exception? Failure => Volatile.Read(ref _failure);

    public long WaitingBytes => Volatile.Read(ref _waitingBytes);

    public long SentBytes => Volatile.Read(ref _sentBytes);

    public long Dropped => Volatile.Read(ref _dropped);

    /// <summary>True while one sender has it for itself.</summary>
    public bool IsHeld => Volatile.Read(ref _holder) is not null;

    /// <summary>What became of a frame that was offered.</summary>
    public enum Offer
    {
        /// <summary>Sent, or waiting its turn.</summary>
        Taken,

        /// <summary>No room, and the policy is to wait.</summary>
        Full,

        /// <summary>No room, and the policy is to disconnect.</summary>
        SlowReader,

        /// <summary>Nothing can be sent any more.</summary>
        Closed,
    }

    /// <summary>Takes a frame if it can.</summary>
    /// <param name="frame">Whole frames; one or several are taken together or not at all.</param>
    /// <param name="borrowed">
    /// True where the memory is the caller's again afterwards: what must wait is copied then. False where it never
    /// changes: it is shared.
    /// </param>
    /// <param name="messages">How many messages it is made of.</param>
    /// <param name="holder">Who sends, where the outbox is held.</param>
    public Offer TrySend(ReadOnlyMemory<byte> frame, bool borrowed, int messages = 1, object? holder = null)
    {
        Exception failure;
        lock (_gate)
        {
            if (_completed || _failure is not null)
            {
                return Offer.Closed;
            }

            if (_holder is not null && (_holder != holder || _writing))
            {
                // Whatever the policy: it is no slow reader that the others wait for.
                return Offer.Full;
            }

            if (!_writing)
            {
                try
                {
                    int sent = _transport.TrySend(frame.Span);
                    _sentBytes += sent;
                    if (sent == frame.Length)
                    {
                        return Offer.Taken;
                    }

                    _started = borrowed ? frame[sent..].ToArray() : frame[sent..];
                    _waitingBytes = _started.Length;
                    StartWriting();
                    return Offer.Taken;
                }
                catch (Exception e) when (e is not OutOfMemoryException)
                {
                    failure = _failure = e;
                }
            }
            else if (_waitingBytes + frame.Length > _limit && !MakeRoom(frame.Length))
            {
                return _policy == OutboxPolicy.Disconnect ? Offer.SlowReader : Offer.Full;
            }
            else
            {
                _frames.Enqueue(new Waiting(borrowed ? frame.ToArray() : frame, messages));
                _waitingBytes += frame.Length;
                return Offer.Taken;
            }
        }

        _changed.Fire();
        _failed(failure);
        return Offer.Closed;
    }

    /// <summary>Waits until a frame of that length has room, or nothing can be sent any more.</summary>
    public Task WaitForRoomAsync(int length, CancellationToken cancellationToken, object? holder = null) =>
        _changed.WaitUntilAsync(
            () =>
            {
                lock (_gate)
                {
                    return _completed || _failure is not null || (_holder is null
                        ? !_writing || _waitingBytes + length <= _limit
                        : _holder == holder && !_writing);
                }
            },
            cancellationToken);

    /// <summary>
    /// Waits until nobody else holds the outbox, and then takes it: all others are refused, and a frame of the holder's is
    /// taken only when everything before it has been sent. So nothing comes in between its frames, none of them can be
    /// dropped, and its memory is its own again when the next has room. False where nothing can be sent any more.
    /// </summary>
    public async Task<bool> HoldAsync(object holder, CancellationToken cancellationToken)
    {
        bool held = false;
        await _changed.WaitUntilAsync(
            () =>
            {
                lock (_gate)
                {
                    if (_completed || _failure is not null)
                    {
                        return true;
                    }

                    _holder ??= holder;
                    return held = _holder == holder;
                }
            },
            cancellationToken).ConfigureAwait(false);
        return held;
    }

    /// <summary>Lets the others send again.</summary>
    public void Release(object holder)
    {
        lock (_gate)
        {
            if (_holder == holder)
            {
                _holder = null;
            }
        }

        _changed.Fire();
    }

    /// <summary>Takes no more frames; those that wait are still sent.</summary>
    public void CompleteAdding()
    {
        lock (_gate)
        {
            _completed = true;
        }

        _changed.Fire();
    }

    /// <summary>Waits until all that was taken has been sent (true) or cannot be any more (false).</summary>
    public async Task<bool> WaitUntilSentAsync(CancellationToken cancellationToken)
    {
        bool failed = false;
        await _changed.WaitUntilAsync(
            () =>
            {
                lock (_gate)
                {
                    failed = _failure is not null;
                    return failed || !_writing;
                }
            },
            cancellationToken).ConfigureAwait(false);
        return !failed;
    }

    private bool MakeRoom(int length)
    {
        if (_policy != OutboxPolicy.DropOldest)
        {
            return false;
        }

        while (_waitingBytes + length > _limit && _frames.TryDequeue(out Waiting oldest))
        {
            _waitingBytes -= oldest.Frame.Length;
            _dropped += oldest.Messages;
        }

        // What the write loop holds cannot be dropped; the newest message waits behind it even so.
        return true;
    }

    private void StartWriting()
    {
        _writing = true;
        ThreadPool.UnsafeQueueUserWorkItem(static outbox => _ = outbox.WriteLoopAsync(), this, preferLocal: false);
    }

    private async Task WriteLoopAsync()
    {
        byte[]? batch = null;
        try
        {
            while (TakeBatch(ref batch, out ReadOnlyMemory<byte> data))
            {
                await _transport.SendAsync(data).ConfigureAwait(false);
                lock (_gate)
                {
                    _waitingBytes -= data.Length;
                    _sentBytes += data.Length;
                }

                _changed.Fire();
            }

            _changed.Fire();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            lock (_gate)
            {
                _failure = e;
                _frames.Clear();
                _started = default;
                _waitingBytes = 0;
                _writing = false;
            }

            _changed.Fire();
            _failed(e);
        }
        finally
        {
            if (batch is not null)
            {
                ArrayPool<byte>.Shared.Return(batch);
            }
        }
    }

    private bool TakeBatch(ref byte[]? batch, out ReadOnlyMemory<byte> data)
    {
        lock (_gate)
        {
            if (!_started.IsEmpty)
            {
                data = _started;
                _started = default;
                return true;
            }

            if (!_frames.TryDequeue(out Waiting next))
            {
                _writing = false;
                data = default;
                return false;
            }

            data = next.Frame;
            if (data.Length > BatchSize / 2 || _frames.Count == 0)
            {
                return true;
            }

            batch ??= ArrayPool<byte>.Shared.Rent(BatchSize);
            int length = 0;
            do
            {
                next.Frame.CopyTo(batch.AsMemory(length));
                length += next.Frame.Length;
            }
            while (_frames.TryPeek(out next) && length + next.Frame.Length <= BatchSize && _frames.TryDequeue(out next));

            data = batch.AsMemory(0, length);
            return true;
        }
    }

    private readonly record struct Waiting(ReadOnlyMemory<byte> Frame, int Messages);
}
