namespace TcpChat.Commands;

/// <summary>One limit in time over several waits, which the end of the pipeline ends too.</summary>
internal sealed class Deadline : IDisposable
{
    private readonly CancellationTokenSource _source;
    private readonly CancellationToken _stop;

    public Deadline(TimeSpan time, CancellationToken stop)
    {
        _stop = stop;
        _source = CancellationTokenSource.CreateLinkedTokenSource(stop);
        _source.CancelAfter(time);
    }

    public CancellationToken Token => _source.Token;

    /// <summary>True when the time is up, and not because the pipeline was stopped.</summary>
    public bool HasPassed => _source.IsCancellationRequested && !_stop.IsCancellationRequested;

    public void Dispose() => _source.Dispose();
}
