using System.Net;
using System.Net.Sockets;
using System.Text;
using TcpChat.Threading;
using TcpChat.Transport;

namespace TcpChat.Core.Tests.Support;

/// <summary>A wire that does what a test says: which bytes each read returns, what is refused, and when it fails.</summary>
internal sealed class FakeTransport : ITransport
{
    private readonly Lock _gate = new();
    private readonly Queue<ReadOnlyMemory<byte>> _incoming = new();
    private readonly MemoryStream _sent = new();
    private readonly Pulse _changed = new();
    private Exception? _readFault;
    private Exception? _sendFault;
    private TaskCompletionSource? _hold;
    private long _room = long.MaxValue;
    private bool _ended;
    private int _reads;
    private int _pendingReads;
    private int _sendCalls;
    private int _refusals;
    private bool _held;
    private bool _aborted;
    private bool _disposed;
    private bool _shutDown;

    /// <summary>What happens at the beginning of each <see cref="TrySend"/>, while the sender has the wire in hand.</summary>
    public Action? OnTrySend { get; set; }

    public EndPoint? LocalEndPoint { get; } = new IPEndPoint(IPAddress.Loopback, 1);

    public EndPoint? RemoteEndPoint { get; } = new IPEndPoint(IPAddress.Loopback, 2);

    /// <summary>How often data was asked for, by waiting or by reading.</summary>
    public int Reads => Volatile.Read(ref _reads);

    /// <summary>How often <see cref="SendAsync"/> was called.</summary>
    public int SendCalls => Volatile.Read(ref _sendCalls);

    /// <summary>How often <see cref="TrySend"/> took less than it was offered.</summary>
    public int Refusals => Volatile.Read(ref _refusals);

    public bool Aborted => Volatile.Read(ref _aborted);

    public bool Disposed => Volatile.Read(ref _disposed);

    public bool ShutDown => Volatile.Read(ref _shutDown);

    public byte[] Sent
    {
        get
        {
            lock (_gate)
            {
                return _sent.ToArray();
            }
        }
    }

    public string SentText => Encoding.UTF8.GetString(Sent);

    /// <summary>One read for each piece.</summary>
    public void Feed(params IEnumerable<ReadOnlyMemory<byte>> pieces) => Change(() =>
    {
        foreach (ReadOnlyMemory<byte> piece in pieces)
        {
            _incoming.Enqueue(piece);
        }
    });

    public void Feed(string piece) => Feed(Encoding.UTF8.GetBytes(piece));

    /// <summary>The end of the stream, after all that was fed.</summary>
    public void FeedEnd() => Change(() => _ended = true);

    /// <summary>After all that was fed, reading fails.</summary>
    public void FeedFault(Exception fault) => Change(() => _readFault = fault);

    /// <summary>From now on sending at once takes so many bytes in all, and what is more must wait.</summary>
    public void LimitRoom(long bytes) => Change(() => _room = bytes);

    /// <summary>From now on nothing is sent at once, and what waits is held back.</summary>
    public void HoldSends() => Change(() =>
    {
        _room = 0;
        _hold = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    });

    /// <summary>Lets the one call through that is held back, and holds back the next.</summary>
    public void LetOneSend() => Release(next: new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), null);

    /// <summary>Lets everything through.</summary>
    public void LetSends()
    {
        LimitRoom(long.MaxValue);
        Release(next: null, null);
    }

    /// <summary>What is held back fails, and every later send.</summary>
    public void FailSends(Exception fault)
    {
        Change(() => _sendFault = fault);
        Release(next: null, fault);
    }

    public Task WaitUntilAsync(Func<FakeTransport, bool> condition) =>
        _changed.WaitUntilAsync(() => condition(this), CancellationToken.None).Within();

    /// <summary>Waits until a call of <see cref="SendAsync"/> is held back.</summary>
    public Task WaitUntilHeldAsync() => WaitUntilAsync(t => Volatile.Read(ref t._held));

    /// <summary>One read, and waits until the reader has dealt with it and asks for more.</summary>
    public Task FeedAsync(params byte[] piece)
    {
        Feed((ReadOnlyMemory<byte>)piece);
        return WaitUntilAsync(static t => t.IsDry);
    }

    public async ValueTask WaitForDataAsync()
    {
        BeginRead();
        await _changed.WaitUntilAsync(() => !IsQuiet, CancellationToken.None);
        lock (_gate)
        {
            _pendingReads--;
        }

        ThrowIfGone();
    }

    public async ValueTask<int> ReceiveAsync(Memory<byte> buffer)
    {
        BeginRead();
        await _changed.WaitUntilAsync(() => !IsQuiet, CancellationToken.None);
        ThrowIfGone();
        lock (_gate)
        {
            _pendingReads--;
            if (_incoming.TryDequeue(out ReadOnlyMemory<byte> piece))
            {
                int length = Math.Min(piece.Length, buffer.Length);
                piece[..length].CopyTo(buffer);
                if (length < piece.Length)
                {
                    ReadOnlyMemory<byte>[] rest = [piece[length..], .. _incoming];
                    _incoming.Clear();
                    Array.ForEach(rest, _incoming.Enqueue);
                }

                return length;
            }
        }

        return _readFault is null ? 0 : throw _readFault;
    }

    public int TrySend(ReadOnlySpan<byte> data)
    {
        OnTrySend?.Invoke();
        ThrowIfGone();
        int taken;
        lock (_gate)
        {
            if (_sendFault is not null)
            {
                throw _sendFault;
            }

            taken = (int)Math.Min(_room, data.Length);
            _room -= taken;
            _refusals += taken < data.Length ? 1 : 0;
            _sent.Write(data[..taken]);
        }

        _changed.Fire();
        return taken;
    }

    public async ValueTask SendAsync(ReadOnlyMemory<byte> data)
    {
        ThrowIfGone();
        Task? hold = null;
        Change(() =>
        {
            _sendCalls++;
            hold = _hold?.Task;
            _held = hold is not null;
        });
        if (hold is not null)
        {
            await Task.WhenAny(hold, _changed.WaitUntilAsync(() => Aborted || Disposed, CancellationToken.None));
            Change(() => _held = false);
            ThrowIfGone();
            await hold;
        }

        Change(() => _sent.Write(data.Span));
    }

    public ValueTask ShutdownSendAsync(CancellationToken cancellationToken)
    {
        Change(() => _shutDown = true);
        return ValueTask.CompletedTask;
    }

    public void Abort() => Change(() => _aborted = true);

    public void Dispose() => Change(() => _disposed = true);

    private bool IsDry
    {
        get
        {
            lock (_gate)
            {
                return _incoming.Count == 0 && _pendingReads > 0;
            }
        }
    }

    private void BeginRead() => Change(() =>
    {
        _reads++;
        _pendingReads++;
    });

    private bool IsQuiet
    {
        get
        {
            lock (_gate)
            {
                return _incoming.Count == 0 && !_ended && _readFault is null && !_aborted && !_disposed;
            }
        }
    }

    private void Release(TaskCompletionSource? next, Exception? fault)
    {
        TaskCompletionSource? held = null;
        Change(() => (held, _hold) = (_hold, next));
        _ = fault is null ? held?.TrySetResult() : held?.TrySetException(fault);
    }

    private void ThrowIfGone()
    {
        if (Aborted)
        {
            throw new SocketException((int)SocketError.OperationAborted);
        }

        ObjectDisposedException.ThrowIf(Disposed, this);
    }

    private void Change(Action change)
    {
        lock (_gate)
        {
            change();
        }

        _changed.Fire();
    }
}
