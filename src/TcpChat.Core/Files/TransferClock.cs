using TcpChat.Errors;

namespace TcpChat.Files;

/// <summary>The limits in time of one transfer: to its end, and without any progress.</summary>
internal sealed class TransferClock : IDisposable
{
    private readonly FileTransferLimits _limits;
    private readonly CancellationTokenSource _end;
    private readonly CancellationTokenSource _stall;
    private readonly CancellationTokenSource _any;
    private readonly CancellationToken _stop;

    public TransferClock(FileTransferLimits limits, TimeProvider time, CancellationToken stop)
    {
        _limits = limits;
        _stop = stop;
        _end = new CancellationTokenSource(limits.Time, time);
        _stall = new CancellationTokenSource(limits.Stall, time);
        _any = CancellationTokenSource.CreateLinkedTokenSource(_end.Token, _stall.Token, stop);
    }

    /// <summary>Ends every wait of the transfer.</summary>
    public CancellationToken Token => _any.Token;

    /// <summary>Something has moved.</summary>
    public void Moved()
    {
        if (!_stall.IsCancellationRequested)
        {
            _stall.CancelAfter(_limits.Stall);
        }
    }

    /// <summary>Ends a transfer that never has to wait. A limit of no time at all ends only waits.</summary>
    public void ThrowIfOver()
    {
        _stop.ThrowIfCancellationRequested();
        if (_limits.Time > TimeSpan.Zero)
        {
            _end.Token.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Why a wait was ended, where it was for one of the limits.</summary>
    public ChatException? Explain(FileTransfer transfer)
    {
        string so = $"{transfer.Progress} after";
        return _stop.IsCancellationRequested ? null
            : _end.IsCancellationRequested ? new ChatException(ChatErrorCode.TransferTimeout, $"{so} {_limits.Time.TotalSeconds:0.###} s, which was all the time given.")
            : _stall.IsCancellationRequested ? new ChatException(ChatErrorCode.TransferTimeout, $"{so} {_limits.Stall.TotalSeconds:0.###} s in which nothing more moved.")
            : null;
    }

    public void Dispose()
    {
        _any.Dispose();
        _stall.Dispose();
        _end.Dispose();
    }
}
