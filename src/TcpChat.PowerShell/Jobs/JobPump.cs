using System.Threading.Channels;

namespace TcpChat.Jobs;

/// <summary>
/// Runs a server's job work - announcing messages, changing states - one after the other on the thread pool, so that
/// sockets never wait for PowerShell, and the order of a session's messages is kept. Work that is queued already is not
/// queued again, so there is never more of it than there are jobs.
/// </summary>
internal sealed class JobPump
{
    private readonly Channel<Work> _queue = Channel.CreateUnbounded<Work>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Task _running;

    public JobPump() => _running = Task.Run(RunAsync);

    /// <summary>Work that can be queued once at a time.</summary>
    public sealed class Work(Action action)
    {
        private int _queued;

        internal bool TryMark() => Interlocked.Exchange(ref _queued, 1) == 0;

        internal void Run()
        {
            // Unmarked first: what comes up while it runs must be seen by another run.
            Volatile.Write(ref _queued, 0);
            action();
        }
    }

    /// <summary>Queues work unless it is queued already.</summary>
    public void Post(Work work)
    {
        if (work.TryMark())
        {
            _queue.Writer.TryWrite(work);
        }
    }

    /// <summary>Takes no more work; ends when what is queued has run.</summary>
    public Task CompleteAsync()
    {
        _queue.Writer.TryComplete();
        return _running;
    }

    private async Task RunAsync()
    {
        await foreach (Work work in _queue.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            try
            {
                work.Run();
            }
            catch (ObjectDisposedException)
            {
                // The job was removed before its turn came.
            }
        }
    }
}
