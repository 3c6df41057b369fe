using System.Buffers;
using TcpChat.Threading;
using TcpChat.Transport;

namespace TcpChat.Sessions;

/// <summary>
/// A session's queue of bytes to send. A send tries the wire at once; what the wire refuses waits here, and one write
/// loop, which runs only while something waits, sends all of it in as few calls as it can.
/// </summary>
/// <remarks>
/// Where the wire can be replaced, its failure suspends the outbox: what it had not taken whole waits, in its order and
/// within the limit, for <see cref="Resume"/> or <see cref="GiveUp"/>.
/// </remarks>
internal sealed class SendOutbox
{
    /// <summary>Small frames are gathered up to this size; a frame larger than half of it is sent as it stands.</summary>
    private const int BatchSize = 64 * 1024;

    private readonly long _limit;
    private readonly OutboxPolicy _policy;
    private readonly Action<ITransport, Exception> _failed;
    private readonly bool _isResumable;
    private readonly Lock _gate = new();
    private readonly Pulse _changed = new();
    private Queue<Waiting> _frames = new();

    // What the write loop has taken in hand, until the wire has taken it whole.
    private Queue<Waiting> _inFlight = new();
    private ITransport _transport;

    // Of the first frame in flight, what the wire has taken already: such a frame can be neither dropped nor overtaken.
    private int _sentOfFirst;
    private long _waitingBytes;
    private long _sentBytes;
    private long _dropped;
    private long _unsentMessages;
    private long _unsentBytes;
    private bool _writing;
    private bool _looping;
    private bool _suspended;
    private bool _completed;
    private Exception? _failure;
    private Exception? _givenUp;
    private object? _holder;

    /// <param name="transport">The wire.</param>
    /// <param name="limit">How many bytes wait at most.</param>
    /// <param name="policy">What happens when that is not enough.</param>
    /// <param name="failed">Told which wire has failed, and how; called outside the lock.</param>
    /// <param name="isResumable">True where another wire may follow one that has failed.</param>
    public SendOutbox(ITransport transport, long limit, OutboxPolicy policy, Action<ITransport, Exception> failed, bool isResumable = false)
    {
        _transport = transport;
        _limit = limit;
        _policy = policy;
        _failed = failed;
        _isResumable = isResumable;
    }

    /// <summary>What made sending impossible for good, if something did.</summary>
    public Exception? Failure => Volatile.Read(ref _failure);

    public long WaitingBytes => Volatile.Read(ref _waitingBytes);

    public long SentBytes => Volatile.Read(ref _sentBytes);

    public long Dropped => Volatile.Read(ref _dropped);

    /// <summary>How many messages waited, or were sent in part only, when sending became impossible.</summary>
    public long UnsentMessages => Volatile.Read(ref _unsentMessages);

    /// <summary>How many bytes of them had not been sent.</summary>
    public long UnsentBytes => Volatile.Read(ref _unsentBytes);

    /// <summary>True while one sender has it for itself.</summary>
    public bool IsHeld => Volatile.Read(ref _holder) is not null;

    /// <summary>True while everything waits for another wire.</summary>
    public bool IsSuspended => Volatile.Read(ref _suspended);

    /// <summary>True while this sender has it for itself; another wire ends that.</summary>
    public bool IsHeldBy(object holder) => Volatile.Read(ref _holder) == holder;

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
        ITransport transport;
        lock (_gate)
        {
            if (_completed || _failure is not null)
            {
                return Offer.Closed;
            }

            if (holder is not null && _holder != holder)
            {
                // A file cannot go on over another wire than the one it began on.
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
                        if (!_transport.IsFlushed)
                        {
                            _writing = true;
                            StartLoop();
                        }

                        return Offer.Taken;
                    }

                    // Its beginning is needed where another wire may have to send it again.
                    _sentOfFirst = _isResumable ? sent : 0;
                    ReadOnlyMemory<byte> kept = frame[(sent - _sentOfFirst)..];
                    _inFlight.Enqueue(new Waiting(borrowed ? kept.ToArray() : kept, messages, IsPiece: holder is not null));
                    _waitingBytes = frame.Length - sent;
                    _writing = true;
                    StartLoop();
                    return Offer.Taken;
                }
                catch (Exception e) when (e is not OutOfMemoryException)
                {
                    failure = e;
                    transport = _transport;
                    if (_isResumable)
                    {
                        if (holder is null)
                        {
                            Enqueue(frame, borrowed, messages);
                        }

                        _holder = null;
                        _writing = _suspended = true;
                    }
                    else
                    {
                        _failure = e;
                    }
                }
            }
            else if (_waitingBytes + frame.Length > _limit && !MakeRoom(frame.Length))
            {
                return _policy == OutboxPolicy.Disconnect ? Offer.SlowReader : Offer.Full;
            }
            else
            {
                Enqueue(frame, borrowed, messages);
                return Offer.Taken;
            }
        }

        _changed.Fire();
        _failed(transport, failure);
        return _isResumable && holder is null ? Offer.Taken : Offer.Closed;
    }

    /// <summary>Waits until a frame of that length has room, or nothing can be sent any more.</summary>
    public Task WaitForRoomAsync(int length, CancellationToken cancellationToken, object? holder = null) =>
        _changed.WaitUntilAsync(
            () =>
            {
                lock (_gate)
                {
                    return _completed || _failure is not null || (holder is not null && _holder != holder) || (_holder is null
                        ? !_writing || _waitingBytes + length <= _limit || (_suspended && _waitingBytes == 0)
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

    /// <summary>From now on everything waits, and the old wire is used no more. Does nothing where sending has become impossible.</summary>
    /// <returns>True where the wire has taken nothing but whole frames, and nobody is sending any more.</returns>
    public bool Suspend()
    {
        bool isClean;
        lock (_gate)
        {
            if (_failure is null)
            {
                _writing = _suspended = true;
                _holder = null;
            }

            isClean = !_looping && _sentOfFirst == 0;
        }

        _changed.Fire();
        return isClean;
    }

    /// <summary>Waits until nobody uses the old wire any more, which must have been aborted. What it has not taken whole waits then.</summary>
    public Task WaitUntilQuietAsync() => _changed.WaitUntilAsync(() => !Volatile.Read(ref _looping), CancellationToken.None);

    /// <summary>Sends what waits, and what follows, over another wire. The outbox is suspended and quiet.</summary>
    public void Resume(ITransport transport)
    {
        lock (_gate)
        {
            _transport = transport;
            _suspended = false;
            _writing = _frames.Count > 0;
            if (_writing)
            {
                StartLoop();
            }
        }

        _changed.Fire();
    }

    /// <summary>Nothing more will be sent: what waits for another wire is counted and thrown away. A wire that is in use must have been aborted.</summary>
    public void GiveUp(Exception reason)
    {
        lock (_gate)
        {
            _completed = true;
            _givenUp ??= reason;
            if (_suspended && !_looping)
            {
                Fail(reason);
            }
        }

        _changed.Fire();
    }

    private void Enqueue(ReadOnlyMemory<byte> frame, bool borrowed, int messages)
    {
        _frames.Enqueue(new Waiting(borrowed ? frame.ToArray() : frame, messages));
        _waitingBytes += frame.Length;
    }

    private bool MakeRoom(int length)
    {
        if (_suspended && _waitingBytes == 0)
        {
            // A single message that is larger than the limit is let in where nothing else waits.
            return true;
        }

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

    private void StartLoop()
    {
        _looping = true;
        ThreadPool.UnsafeQueueUserWorkItem(static outbox => _ = outbox.WriteLoopAsync(), this, preferLocal: false);
    }

    private async Task WriteLoopAsync()
    {
        byte[]? batch = null;
        try
        {
            // A send at once may have left something with the wire, and so may each batch.
            await _transport.FlushAsync().ConfigureAwait(false);
            while (TakeBatch(ref batch, out ReadOnlyMemory<byte> data))
            {
                if (_isResumable)
                {
                    await SendInStepsAsync(data).ConfigureAwait(false);
                }
                else
                {
                    await _transport.SendAsync(data).ConfigureAwait(false);
                    CountSent(data.Length);
                }

                await _transport.FlushAsync().ConfigureAwait(false);
                _changed.Fire();
            }

            _changed.Fire();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            ITransport transport = _transport;
            EndLoop(e);
            _changed.Fire();
            _failed(transport, e);
        }
        finally
        {
            if (batch is not null)
            {
                ArrayPool<byte>.Shared.Return(batch);
            }
        }
    }

    /// <summary>Sends so that at every moment it is known which frames the wire has taken whole: the others may have to be sent again.</summary>
    private async ValueTask SendInStepsAsync(ReadOnlyMemory<byte> data)
    {
        while (true)
        {
            int sent = _transport.TrySend(data.Span);
            int restOfFrame = CountSent(sent);
            data = data[sent..];
            if (data.IsEmpty)
            {
                return;
            }

            await _transport.SendAsync(data[..restOfFrame]).ConfigureAwait(false);
            CountSent(restOfFrame);
            data = data[restOfFrame..];
        }
    }

    /// <summary>Counts what the wire has taken, and gives how much is left of the frame in which that ended.</summary>
    private int CountSent(int bytes)
    {
        lock (_gate)
        {
            _waitingBytes -= bytes;
            _sentBytes += bytes;
            _sentOfFirst += bytes;
            while (_inFlight.TryPeek(out Waiting first))
            {
                if (_sentOfFirst < first.Frame.Length)
                {
                    return first.Frame.Length - _sentOfFirst;
                }

                _sentOfFirst -= first.Frame.Length;
                _inFlight.Dequeue();
            }

            return 0;
        }
    }

    private void EndLoop(Exception? failure)
    {
        lock (_gate)
        {
            _looping = false;
            if (failure is not null && (!_isResumable || _completed))
            {
                Fail(failure);
                return;
            }

            _suspended |= failure is not null;
            _writing = _suspended;
            if (_suspended)
            {
                _holder = null;
            }

            PutBack();
            if (_suspended && _givenUp is not null)
            {
                Fail(_givenUp);
            }
        }
    }

    /// <summary>Frames that the wire has not taken whole are the first to be sent again, from their beginning.</summary>
    private void PutBack()
    {
        if (_inFlight.Count == 0)
        {
            return;
        }

        _waitingBytes += _sentOfFirst;
        _sentOfFirst = 0;
        if (_inFlight.Peek().IsPiece)
        {
            // Nothing but one piece is in flight then.
            _waitingBytes -= _inFlight.Dequeue().Frame.Length;
        }

        while (_frames.TryDequeue(out Waiting later))
        {
            _inFlight.Enqueue(later);
        }

        (_frames, _inFlight) = (_inFlight, _frames);
    }

    private void Fail(Exception failure)
    {
        if (_failure is null)
        {
            _unsentMessages = _inFlight.Concat(_frames).Sum(static f => (long)f.Messages);
            _unsentBytes = _waitingBytes;
        }

        _failure ??= failure;
        _frames.Clear();
        _inFlight.Clear();
        _sentOfFirst = 0;
        _waitingBytes = 0;
        _writing = _suspended = false;
    }

    private bool TakeBatch(ref byte[]? batch, out ReadOnlyMemory<byte> data)
    {
        lock (_gate)
        {
            data = default;
            if (_suspended)
            {
                EndLoop(null);
                return false;
            }

            if (_inFlight.TryPeek(out Waiting next))
            {
                data = next.Frame[_sentOfFirst..];
                return true;
            }

            if (!_frames.TryDequeue(out next))
            {
                EndLoop(null);
                return false;
            }

            _inFlight.Enqueue(next);
            data = next.Frame;
            if (data.Length > BatchSize / 2 || _frames.Count == 0)
            {
                return true;
            }

            batch ??= ArrayPool<byte>.Shared.Rent(BatchSize);
            int length = 0;
            while (true)
            {
                next.Frame.CopyTo(batch.AsMemory(length));
                length += next.Frame.Length;
                if (!_frames.TryPeek(out next) || length + next.Frame.Length > BatchSize)
                {
                    break;
                }

                _inFlight.Enqueue(_frames.Dequeue());
            }

            data = batch.AsMemory(0, length);
            return true;
        }
    }

    /// <param name="Frame">One frame or several.</param>
    /// <param name="Messages">How many messages that is.</param>
    /// <param name="IsPiece">A piece of what the outbox is held for.</param>
    private readonly record struct Waiting(ReadOnlyMemory<byte> Frame, int Messages, bool IsPiece = false);
}
