namespace TcpChat.Threading;

/// <summary>
/// Wakes everyone who waits for a change. A waiter takes <see cref="Next"/> before it looks at the state, and waits for
/// that task if the state is not what it wants: a change in between is never missed. Costs nothing while nobody waits.
/// </summary>
public sealed class Pulse
{
    private TaskCompletionSource? _next;

    /// <summary>Ends at the next <see cref="Fire"/>.</summary>
    public Task Next
    {
        get
        {
            TaskCompletionSource? current = Volatile.Read(ref _next);
            if (current is null)
            {
                // Continuations never run inside Fire, which is called from socket loops and under locks.
                TaskCompletionSource fresh = new(TaskCreationOptions.RunContinuationsAsynchronously);
                current = Interlocked.CompareExchange(ref _next, fresh, null) ?? fresh;
            }

            return current.Task;
        }
    }

    /// <summary>Wakes all who wait now.</summary>
    public void Fire()
    {
        // The caller's change must be visible before the look for waiters; see WaitUntilAsync for the other half.
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _next) is not null)
        {
            Interlocked.Exchange(ref _next, null)?.TrySetResult();
        }
    }

    /// <summary>Waits until <paramref name="condition"/> is true, looking again at every pulse.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    public async Task WaitUntilAsync(Func<bool> condition, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task next = Next;
            Interlocked.MemoryBarrier();
            if (condition())
            {
                return;
            }

            await next.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
