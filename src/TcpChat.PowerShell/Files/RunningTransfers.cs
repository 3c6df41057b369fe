using System.Management.Automation;

namespace TcpChat.Files;

/// <summary>Transfers that a command has begun, watched from the pipeline's thread.</summary>
/// <param name="bar">Their progress bar.</param>
/// <param name="report">Says how one has ended.</param>
/// <param name="stop">Cancelled when the pipeline stops; it stops the transfers too.</param>
internal sealed class RunningTransfers(TransferBar bar, Action<FileTransfer> report, CancellationToken stop)
{
    /// <summary>How long a stop waits until what has arrived is written; the disk may hang.</summary>
    private static readonly TimeSpan s_stopTimeout = TimeSpan.FromMilliseconds(300);

    private readonly List<FileTransfer> _all = [];
    private readonly List<FileTransfer> _open = [];

    /// <summary>Ends when all that were begun so far have ended. Never fails.</summary>
    public Task Ended => Task.WhenAll(_all.Select(static t => t.Completion)).ContinueWith(
        static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

    public void Add(FileTransfer transfer)
    {
        _all.Add(transfer);
        _open.Add(transfer);
        ReportEnded();
    }

    /// <summary>Waits until all have ended, and reports each when it has.</summary>
    /// <exception cref="PipelineStoppedException">The pipeline was stopped; so are the transfers, and what they received is written.</exception>
    public void Finish()
    {
        while (_open.Count > 0)
        {
            WaitForAny();
            ReportEnded();
        }

        bar.End();
    }

    private void WaitForAny()
    {
        Task ended = Task.WhenAny(_open.Select(static t => t.Completion));
        while (!ended.IsCompleted)
        {
            // The bar is all that is waited for with a clock: a host draws it only when it is told to.
            Task pause = Task.Delay(bar.Pause, stop);
            Task.WaitAny(ended, pause);
            if (stop.IsCancellationRequested)
            {
                Ended.Wait(s_stopTimeout, CancellationToken.None);
                throw new PipelineStoppedException();
            }

            if (!ended.IsCompleted)
            {
                bar.Show(_all);
            }
        }
    }

    private void ReportEnded()
    {
        for (int i = 0; i < _open.Count;)
        {
            FileTransfer transfer = _open[i];
            if (transfer.Completion.IsCompleted)
            {
                _open.RemoveAt(i);
                report(transfer);
            }
            else
            {
                i++;
            }
        }
    }
}
