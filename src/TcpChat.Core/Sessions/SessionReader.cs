using System.Buffers;
using TcpChat.Errors;
using TcpChat.Framing;
using TcpChat.Transport;

namespace TcpChat.Sessions;

/// <summary>
/// The read loop of a session: reads, has the framing cut, offers messages to the sink, and stops reading while the sink
/// has no room. A buffer is held only while there is something in it, so an idle session costs none.
/// </summary>
/// <param name="transport">The wire.</param>
/// <param name="framing">How messages are cut.</param>
/// <param name="sink">Where they go.</param>
/// <param name="maximumMessageSize">The largest payload, in bytes.</param>
/// <param name="dropsRest">True where the rest of a stream is no message, because another wire follows that begins anew.</param>
internal sealed class SessionReader(
    ITransport transport, MessageFraming framing, SessionSink sink, int maximumMessageSize, bool dropsRest = false)
{
    private const int InitialBufferSize = 32 * 1024;

    // Guards the buffer against those who look at an unfinished message; taken before an inbox's lock, never after it.
    private readonly Lock _gate = new();
    private byte[] _buffer = [];
    private int _start;
    private int _end;
    private int _examined;
    private long _bytes;
    private long _messages;
    private long _dropped;
    private int _stream;
    private bool _discarding;
    private bool _refused;
    private bool _isPreloaded;
    private Handover? _handover;
    private bool _hasEnded;

    // Up to here the buffer holds no whole message.
    private int _cut;

    // How much of the message at the start of the buffer has been taken already.
    private int _taken;

    /// <summary>How many bytes have been read.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>How many messages the sink has taken, the one it is being offered included.</summary>
    public long Messages => Volatile.Read(ref _messages);

    /// <summary>How many bytes of messages that were never whole have been dropped at the end of a stream.</summary>
    public long Dropped => Volatile.Read(ref _dropped);

    /// <summary>Which stream this is, from 0: one more for each wire attached. To be read under <see cref="Gate"/>.</summary>
    public int Stream => _stream;

    /// <summary>
    /// True where a stream that begins as TLS does is no message: it would be garbage in a session of lines, and its sender
    /// would wait for an answer that never comes.
    /// </summary>
    public bool RefusesTls { get; set; }

    /// <summary>Held by whoever looks at what has arrived, so that nothing is cut meanwhile.</summary>
    public Lock Gate => _gate;

    /// <summary>True while the sink has no room for a message. To be read under <see cref="Gate"/>.</summary>
    public bool IsRefused => _refused;

    /// <summary>True once the wire has ended. To be read under <see cref="Gate"/>.</summary>
    public bool HasEnded => _hasEnded;

    /// <summary>True while what arrives is not the session's. To be read under <see cref="Gate"/>.</summary>
    public bool IsHandedOver => _handover is not null;

    /// <summary>Which message is being received, and how much of it has been taken. To be read under <see cref="Gate"/>.</summary>
    public StreamPosition Position => new(_messages + 1, _taken);

    /// <summary>How many bytes of the message that is being offered have been taken before it was whole.</summary>
    public int Taken => _taken;

    /// <summary>What has arrived of a message that is not whole yet, as far as it is certain. To be used under <see cref="Gate"/>.</summary>
    public ReadOnlySpan<byte> Unfinished
    {
        get
        {
            if (_refused || _cut <= _start || Volatile.Read(ref _discarding))
            {
                return default;
            }

            ReadOnlySpan<byte> rest = _buffer.AsSpan(_start, _cut - _start);
            return rest[..framing.MeasureUnfinished(rest)];
        }
    }

    /// <summary>Takes the beginning of the unfinished message. To be called under <see cref="Gate"/>.</summary>
    public void TakeUnfinished(int bytes)
    {
        _start += bytes;
        _examined = Math.Max(0, _examined - bytes);
        _taken += bytes;
    }

    /// <summary>Reads from another wire next, and from the beginning of a message. Not called while one is being read.</summary>
    public void Attach(ITransport next)
    {
        lock (_gate)
        {
            transport = next;
            _taken = 0;
            _stream++;
            _handover = null;
            _hasEnded = false;
        }
    }

    /// <summary>
    /// From now on what arrives is not the session's, until there is another wire. False where something has arrived that
    /// is no whole message, a message waits for room, or nothing will arrive any more. To be called under <see cref="Gate"/>.
    /// </summary>
    public bool TryHandOver(Handover handover)
    {
        if (_start < _end || _isPreloaded || _handover is not null || _hasEnded)
        {
            return false;
        }

        Volatile.Write(ref _handover, handover);
        return true;
    }

    /// <summary>What somebody else has read already from the beginning of the stream. Called before anything is read here.</summary>
    public void Preload(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return;
        }

        lock (_gate)
        {
            _buffer = ArrayPool<byte>.Shared.Rent(Math.Max(InitialBufferSize, bytes.Length));
            bytes.CopyTo(_buffer);
            _end = bytes.Length;
            _bytes = bytes.Length;
            _isPreloaded = true;
        }
    }

    /// <summary>From now on what arrives is read and thrown away.</summary>
    public void Discard() => Volatile.Write(ref _discarding, true);

    /// <summary>Reads to the end of the stream.</summary>
    /// <param name="closing">Cancelled when nobody wants messages any more; reading goes on.</param>
    /// <exception cref="ChatException">The peer broke a rule of the framing or sent too much.</exception>
    public async Task ReadToEndAsync(CancellationToken closing)
    {
        try
        {
            while (await FillAsync().ConfigureAwait(false))
            {
                try
                {
                    while (!Volatile.Read(ref _discarding) && Cut() is false)
                    {
                        await AwaitSinkAsync(sink.WaitForRoomAsync(closing), closing).ConfigureAwait(false);
                    }
                }
                catch (ChatException)
                {
                    // The messages before the one that broke a rule are answered like all others.
                    await AwaitSinkAsync(sink.EndOfReadAsync(closing), closing).ConfigureAwait(false);
                    throw;
                }

                if (Volatile.Read(ref _discarding))
                {
                    DropRest();
                }

                await AwaitSinkAsync(sink.EndOfReadAsync(closing), closing).ConfigureAwait(false);
            }

            while (!dropsRest && !CutRest())
            {
                await AwaitSinkAsync(sink.WaitForRoomAsync(closing), closing).ConfigureAwait(false);
            }

            await AwaitSinkAsync(sink.EndOfReadAsync(closing), closing).ConfigureAwait(false);
        }
        finally
        {
            lock (_gate)
            {
                if (!Volatile.Read(ref _discarding))
                {
                    Volatile.Write(ref _dropped, _dropped + _end - _start);
                }

                Return();
            }
        }
    }

    private void DropRest()
    {
        lock (_gate)
        {
            _start = _end;
        }
    }

    private async ValueTask<bool> FillAsync()
    {
        if (_isPreloaded)
        {
            _isPreloaded = false;
            return true;
        }

        while (true)
        {
            byte[]? foreign = [];
            Handover? handover;
            try
            {
                if (TryReturn())
                {
                    await transport.WaitForDataAsync().ConfigureAwait(false);
                }

                handover = Volatile.Read(ref _handover);
                if (handover is null)
                {
                    Memory<byte> room = MakeRoom();
                    int read = await transport.ReceiveAsync(room).ConfigureAwait(false);
                    if (TryKeep(read))
                    {
                        return read > 0;
                    }

                    handover = _handover!;
                    foreign = read > 0 ? room[..read].ToArray() : null;
                }
            }
            catch (Exception e) when (Volatile.Read(ref _handover) is { } failed && e is not OutOfMemoryException)
            {
                // Fails too; whoever begins TLS says why.
                Attach(await failed.FailAsync(e).ConfigureAwait(false));
                continue;
            }

            Attach(await handover.GiveAsync(foreign).ConfigureAwait(false));
        }
    }

    /// <summary>Takes what was read for the session's; false where it came after the session began to go over to another wire.</summary>
    private bool TryKeep(int read)
    {
        lock (_gate)
        {
            if (_handover is not null)
            {
                return false;
            }

            _hasEnded = read == 0;
            _end += read;
            Volatile.Write(ref _bytes, _bytes + read);
            return true;
        }
    }

    /// <summary>Offers all whole messages of the buffer; false when the sink has refused one.</summary>
    private bool Cut()
    {
        lock (_gate)
        {
            if (RefusesTls && _bytes == _end - _start && ClientHello.Begins(_buffer.AsSpan(_start, _end - _start)))
            {
                throw new ChatException(ChatErrorCode.ProtocolViolation, "The peer begins with a TLS handshake, and this session speaks plain text.");
            }

            bool taken = CutWhole();
            _refused = !taken;
            _cut = taken ? _end : _start;
            return taken;
        }
    }

    private bool CutWhole()
    {
        while (_start < _end)
        {
            FrameResult result = framing.Cut(_buffer.AsSpan(_start, _end - _start), _examined, maximumMessageSize);
            if (result.Status == FrameStatus.NeedMore)
            {
                _examined = result.Examined;
                return true;
            }

            if (!Offer(result))
            {
                return false;
            }
        }

        return true;
    }

    private bool CutRest()
    {
        lock (_gate)
        {
            if (_start == _end || Volatile.Read(ref _discarding))
            {
                return true;
            }

            bool taken = Offer(framing.CutRest(_buffer.AsSpan(_start, _end - _start), maximumMessageSize));
            _refused = !taken;
            return taken;
        }
    }

    private bool Offer(FrameResult result)
    {
        switch (result.Status)
        {
            case FrameStatus.TooLarge:
                throw new ChatException(
                    ChatErrorCode.MessageTooLarge,
                    $"The peer sent a message of more than {maximumMessageSize} bytes, the limit of this session.");
            case FrameStatus.Incomplete:
                throw new ChatException(ChatErrorCode.ProtocolViolation, "The peer closed inside a message.");
        }

        // Counted before it is offered: whoever has taken it finds it counted.
        Volatile.Write(ref _messages, _messages + 1);
        // A message of which nothing is left is gone, whether its end came with it or comes later.
        bool isUsedUp = _taken > 0 && result.Length == 0;
        if (!isUsedUp && !sink.Offer(_buffer.AsSpan(_start + result.Offset, result.Length)))
        {
            Volatile.Write(ref _messages, _messages - 1);
            return false;
        }

        _start += result.Consumed;
        _examined = 0;
        _taken = 0;
        return true;
    }

    /// <summary>Waits for the sink; a sink that has nobody left to serve turns reading into discarding.</summary>
    private async ValueTask AwaitSinkAsync(ValueTask sinkTask, CancellationToken closing)
    {
        try
        {
            await sinkTask.ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (closing.IsCancellationRequested)
        {
            Discard();
        }
        catch (ChatException e) when (e.Code == ChatErrorCode.SessionClosed)
        {
            Discard();
        }
    }

    private bool TryReturn()
    {
        lock (_gate)
        {
            if (_start < _end)
            {
                return false;
            }

            Return();
            return true;
        }
    }

    /// <summary>Room for what is read next, behind what is held.</summary>
    private Memory<byte> MakeRoom()
    {
        lock (_gate)
        {
            if (_buffer.Length == 0)
            {
                _buffer = ArrayPool<byte>.Shared.Rent(InitialBufferSize);
            }
            else if (_end == _buffer.Length)
            {
                MoveOrGrow();
            }

            return _buffer.AsMemory(_end);
        }
    }

    private void MoveOrGrow()
    {
        int held = _end - _start;
        byte[] target = _buffer;
        if (held > _buffer.Length / 2)
        {
            // Grows with what has really arrived, never with what a peer announces.
            target = ArrayPool<byte>.Shared.Rent((int)Math.Min(Array.MaxLength, _buffer.Length * 2L));
        }

        _buffer.AsSpan(_start, held).CopyTo(target);
        if (target != _buffer)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = target;
        }

        _start = 0;
        _end = _cut = held;
    }

    private void Return()
    {
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
        }

        _buffer = [];
        _start = _end = _examined = _cut = 0;
    }
}
