namespace TcpChat.Consoles;

/// <summary>Lets one thread wait for a limited time or until a task ends, whichever comes first; costs nothing that grows with the number of waits.</summary>
internal sealed class WakeUp
{
    private readonly object _gate = new();
    private readonly HashSet<Task> _heard = [];
    private bool _isCalled;

    /// <summary>Ends the wait that is under way, or the next one.</summary>
    public void Call()
    {
        lock (_gate)
        {
            _isCalled = true;
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Has the end of a task end a wait.</summary>
    public void HearOf(Task? task)
    {
        if (task is null)
        {
            return;
        }

        lock (_gate)
        {
            if (!_heard.Add(task))
            {
                return;
            }
        }

        task.ContinueWith(Ended, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    public void Wait(TimeSpan limit)
    {
        lock (_gate)
        {
            if (!_isCalled)
            {
                Monitor.Wait(_gate, limit);
            }

            _isCalled = false;
        }
    }

    private void Ended(Task task)
    {
        lock (_gate)
        {
            _heard.Remove(task);
        }

        Call();
    }
}
