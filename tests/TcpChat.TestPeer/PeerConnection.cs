using System.Net;
using System.Net.Sockets;
using System.Text;

namespace TcpChat.TestPeer;

/// <summary>One connection of a peer: what it received and sent so far, milestones to wait for, and what a test may make it do.</summary>
public sealed class PeerConnection : IAsyncDisposable
{
    // A flood must not fill the memory: later bytes are counted and not kept.
    private const int MaximumKept = 64 * 1024 * 1024;

    private readonly Socket _socket;
    private readonly Action<string>? _trace;
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _steps;
    private readonly Lock _lock = new();
    private readonly MemoryStream _kept = new();
    private readonly Milestone _received = new("bytes received");
    private readonly Milestone _sent = new("bytes sent");
    private readonly Milestone _stalls = new("refused sends");
    private readonly Milestone _holds = new("holds");
    private readonly TaskCompletionSource<PeerEnd> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _linesSent;
    private Task _run = Task.CompletedTask;

    private PeerConnection(int number, Socket socket, Action<string>? trace, int steps)
    {
        Number = number;
        _socket = socket;
        _trace = trace;
        _steps = new SemaphoreSlim(steps);
        LocalEndPoint = (IPEndPoint)socket.LocalEndPoint!;
        RemoteEndPoint = (IPEndPoint)socket.RemoteEndPoint!;
    }

    /// <summary>1 for the first connection of its peer.</summary>
    public int Number { get; }

    /// <summary>This peer's end.</summary>
    public IPEndPoint LocalEndPoint { get; }

    /// <summary>The other end.</summary>
    public IPEndPoint RemoteEndPoint { get; }

    /// <summary>A copy of the bytes received so far; of a flood, the first 64 MiB.</summary>
    public byte[] Received
    {
        get
        {
            lock (_lock)
            {
                return _kept.ToArray();
            }
        }
    }

    /// <summary><see cref="Received"/> read as UTF-8.</summary>
    public string ReceivedText => Encoding.UTF8.GetString(Received);

    /// <summary>How many bytes were received so far.</summary>
    public long ReceivedCount => _received.Value;

    /// <summary>How many bytes the system accepted for sending so far.</summary>
    public long SentCount => _sent.Value;

    /// <summary>How many line ends are among the bytes sent so far.</summary>
    public long LinesSent => Interlocked.Read(ref _linesSent);

    /// <summary>How often the system refused a send for a while, because the other side does not read fast enough.</summary>
    public long Stalls => _stalls.Value;

    /// <summary>How the connection ended; null while it has not.</summary>
    public PeerEnd? End => _end.Task.IsCompletedSuccessfully ? _end.Task.Result : null;

    /// <summary>Waits until so many bytes were received in all. Throws at once if the connection ends before.</summary>
    public Task WaitForBytesAsync(long count, CancellationToken cancellationToken = default) =>
        _received.WaitAsync(count, cancellationToken);

    /// <summary>Waits until the system accepted so many bytes in all. Throws at once if the connection closes before.</summary>
    public Task WaitForSentAsync(long count, CancellationToken cancellationToken = default) =>
        _sent.WaitAsync(count, cancellationToken);

    /// <summary>Waits until the system refused a send so many times in all. Throws at once if the connection closes before.</summary>
    public Task WaitForStallAsync(long count = 1, CancellationToken cancellationToken = default) =>
        _stalls.WaitAsync(count, cancellationToken);

    /// <summary>Waits until the behaviour only keeps the connection open. Throws at once if the connection closes before.</summary>
    public Task WaitForHoldAsync(CancellationToken cancellationToken = default) => _holds.WaitAsync(1, cancellationToken);

    /// <summary>Waits for the end and says how it came.</summary>
    public async Task<PeerEnd> WaitForEndAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            return await _end.Task.WaitAsync(Milestone.DefaultBound, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException(
                $"Connection {Number} still open after {Milestone.DefaultBound.TotalSeconds} s, {ReceivedCount} bytes received.");
        }
    }

    /// <summary>Completes when the connection is closed on this side too.</summary>
    public Task Completion => _run;

    /// <summary>Lets a behaviour that waits at its gate go on by so many steps.</summary>
    public void ReleaseStep(int count = 1) => _steps.Release(count);

    /// <summary>Waits for a step to be released, or throws when the other side resets before. For behaviours.</summary>
    public async Task WaitForStepAsync(CancellationToken cancellationToken)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var step = _steps.WaitAsync(over.Token);
        if (step.IsCompletedSuccessfully)
        {
            return;
        }

        var reset = HangupWatch.WaitForResetAsync(_socket, over.Token);
        if (await Task.WhenAny(step, reset).ConfigureAwait(false) == reset && reset.IsCompletedSuccessfully && reset.Result)
        {
            await over.CancelAsync().ConfigureAwait(false);
            SetEnd(PeerEnd.Reset);
            throw new SocketException((int)SocketError.ConnectionReset);
        }

        // The watch is over before the socket is touched again.
        await step.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await over.CancelAsync().ConfigureAwait(false);
        await ((Task)reset).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>Sends the bytes in one call.</summary>
    public async Task SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken = default)
    {
        try
        {
            var sending = _socket.SendAsync(bytes, SocketFlags.None, cancellationToken);
            if (!sending.IsCompleted)
            {
                _stalls.Advance(1);
                _trace?.Invoke($"stalled {Number} {_stalls.Value}");
            }

            var count = await sending.ConfigureAwait(false);
            Interlocked.Add(ref _linesSent, bytes.Span[..count].Count((byte)'\n'));
            _sent.Advance(count);
            _trace?.Invoke($"sent {Number} {_sent.Value}");
        }
        catch (SocketException e) when (IsReset(e))
        {
            SetEnd(PeerEnd.Reset);
            throw;
        }
    }

    /// <summary>Sends the text as UTF-8, as it is: with no line end of its own.</summary>
    public Task SendAsync(string text, CancellationToken cancellationToken = default) =>
        SendAsync(Encoding.UTF8.GetBytes(text), cancellationToken);

    /// <summary>Reads once and records. 0: the other side ended. For behaviours.</summary>
    public async Task<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            var count = await _socket.ReceiveAsync(buffer, SocketFlags.None, cancellationToken).ConfigureAwait(false);
            if (count == 0)
            {
                SetEnd(PeerEnd.Eof);
                return 0;
            }

            Record(buffer.Span[..count]);
            return count;
        }
        catch (SocketException e) when (IsReset(e))
        {
            SetEnd(PeerEnd.Reset);
            throw;
        }
    }

    /// <summary>Reads exactly so many bytes, however they come. False: the other side ended before. For behaviours.</summary>
    public async Task<bool> ReadAsync(int count, CancellationToken cancellationToken)
    {
        var buffer = new byte[Math.Min(count, 64 * 1024)];
        while (count > 0)
        {
            var read = await ReceiveAsync(buffer.AsMemory(0, Math.Min(count, buffer.Length)), cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                return false;
            }

            count -= read;
        }

        return true;
    }

    /// <summary>Reads and records until the other side ends. For behaviours.</summary>
    public async Task ReadToEndAsync(CancellationToken cancellationToken)
    {
        var buffer = new byte[64 * 1024];
        while (await ReceiveAsync(buffer, cancellationToken).ConfigureAwait(false) > 0)
        {
        }
    }

    /// <summary>
    /// Touches the connection no more, notes how the other side ends, and keeps this side open until told to stop. For behaviours.
    /// </summary>
    public async Task HoldAsync(CancellationToken cancellationToken)
    {
        _trace?.Invoke($"holding {Number}");
        _holds.Advance(1);
        if (await HangupWatch.WaitForEndAsync(_socket, cancellationToken).ConfigureAwait(false) is { } end)
        {
            SetEnd(end);
        }

        await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Does what is left to do after the last byte was sent. For behaviours.</summary>
    public Task FinishAsync(Ending ending, CancellationToken cancellationToken)
    {
        switch (ending)
        {
            case Ending.Read:
                return ReadToEndAsync(cancellationToken);
            case Ending.HalfClose:
                HalfClose();
                return ReadToEndAsync(cancellationToken);
            case Ending.Hold:
                return HoldAsync(cancellationToken);
            case Ending.Reset:
                ResetWhenClosed();
                return Task.CompletedTask;
            default:
                return Task.CompletedTask;
        }
    }

    /// <summary>Shuts down the sending side: the other side reads the end of the stream and may still send.</summary>
    public void HalfClose() => _socket.Shutdown(SocketShutdown.Send);

    /// <summary>Makes the coming close a reset. For behaviours.</summary>
    public void ResetWhenClosed() => _socket.LingerState = new LingerOption(true, 0);

    /// <summary>
    /// Vanishes, as a machine does that lost its power: nothing that comes is acknowledged any more. True on Linux;
    /// elsewhere nothing is done and false returned. The close, when it comes, is a reset.
    /// </summary>
    public bool Vanish()
    {
        ResetWhenClosed();
        return BlackHole.TryDropEverything(_socket);
    }

    /// <summary>Ends the behaviour and closes.</summary>
    public async Task CloseAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _run.WaitAsync(Milestone.DefaultBound).ConfigureAwait(false);
    }

    /// <summary>Ends the behaviour and resets the connection.</summary>
    public Task ResetAsync()
    {
        ResetWhenClosed();
        return CloseAsync();
    }

    /// <summary>Ends the behaviour and closes.</summary>
    public async ValueTask DisposeAsync() => await CloseAsync().ConfigureAwait(false);

    internal static PeerConnection Start(int number, Socket socket, PeerBehavior behavior, Action<string>? trace, int steps)
    {
        // What a behaviour writes in two calls must not be glued by the system.
        socket.NoDelay = true;
        var connection = new PeerConnection(number, socket, trace, steps);
        trace?.Invoke($"connected {number}");
        connection._run = Task.Run(() => connection.RunAsync(behavior));
        return connection;
    }

    private async Task RunAsync(PeerBehavior behavior)
    {
        Exception? failure = null;
        try
        {
            await behavior.RunAsync(this, _stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
        }
        catch (SocketException e) when (IsReset(e))
        {
        }
#pragma warning disable CA1031 // A behaviour's own error must reach whoever waits, whatever it is.
        catch (Exception e)
#pragma warning restore CA1031
        {
            failure = e;
        }

        _socket.Dispose();
        if (failure is not null && _end.TrySetException(failure))
        {
            _trace?.Invoke($"failed {Number} {failure.Message}");
        }

        SetEnd(PeerEnd.Local);
        foreach (var milestone in (Milestone[])[_received, _sent, _stalls, _holds])
        {
            milestone.Finish("The connection was closed", failure);
        }
    }

    private void Record(ReadOnlySpan<byte> bytes)
    {
        lock (_lock)
        {
            var room = (int)Math.Min(MaximumKept - _kept.Length, bytes.Length);
            _kept.Write(bytes[..room]);
        }

        _received.Advance(bytes.Length);
        _trace?.Invoke($"received {Number} {_received.Value}");
    }

    private void SetEnd(PeerEnd end)
    {
        if (_end.TrySetResult(end))
        {
            _received.Finish($"The connection ended ({end})");
            _trace?.Invoke($"ended {Number} {end}");
        }
    }

    private static bool IsReset(SocketException e) => e.SocketErrorCode
        is SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown or SocketError.TimedOut;
}
