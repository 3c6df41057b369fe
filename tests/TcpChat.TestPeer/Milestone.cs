namespace TcpChat.TestPeer;

/// <summary>A count that only grows and can be waited for.</summary>
internal sealed class Milestone(string what)
{
    public static readonly TimeSpan DefaultBound = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private readonly List<(long Target, TaskCompletionSource Reached)> _waiting = [];
    private Exception? _over;
    private long _value;

    public long Value => Interlocked.Read(ref _value);

    public void Advance(long by)
    {
        lock (_lock)
        {
            _value += by;
            foreach (var (target, reached) in _waiting)
            {
                if (target <= _value)
                {
                    reached.TrySetResult();
                }
            }

            _waiting.RemoveAll(entry => entry.Target <= _value);
        }
    }

    /// <summary>Says that the count grows no more, so that whoever waits for more learns it now and not after the bound.</summary>
    public void Finish(string why, Exception? cause = null)
    {
        lock (_lock)
        {
            if (_over is not null)
            {
                return;
            }

            _over = new InvalidOperationException($"{why} after {_value} {what}.", cause);
            foreach (var (_, reached) in _waiting)
            {
                reached.TrySetException(_over);
            }

            _waiting.Clear();
        }
    }

    public async Task WaitAsync(long target, CancellationToken cancellationToken)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (_value >= target)
            {
                return;
            }

            if (_over is not null)
            {
                throw _over;
            }

            _waiting.Add((target, reached));
        }

        try
        {
            await reached.Task.WaitAsync(DefaultBound, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"{Value} of {target} {what} after {DefaultBound.TotalSeconds} s.");
        }
        finally
        {
            lock (_lock)
            {
                _waiting.Remove((target, reached));
            }
        }
    }
}
