using System.Diagnostics.CodeAnalysis;

namespace TcpChat.Commands;

/// <summary>Runs one task for each computer, so many at the same time, and gives their results in the order they were begun.</summary>
internal sealed class InOrder<T>(int limit, CancellationToken stop) : IDisposable
{
    private readonly SemaphoreSlim _throttle = new(limit);
    private readonly Queue<(string Target, Task<T> Running)> _begun = new();

    /// <param name="target">The computer and the port.</param>
    /// <param name="run">Gets the token that ends it when the pipeline stops.</param>
    public void Begin(string target, Func<CancellationToken, Task<T>> run) => _begun.Enqueue((target, RunAsync(run)));

    /// <summary>The task whose result is next.</summary>
    /// <param name="onlyFinished">False: also one that must be waited for.</param>
    /// <param name="target">Its computer and port.</param>
    /// <param name="task">The task.</param>
    public bool TryTake(bool onlyFinished, [NotNullWhen(true)] out string? target, [NotNullWhen(true)] out Task<T>? task)
    {
        bool any = _begun.TryPeek(out (string Target, Task<T> Running) next) && (next.Running.IsCompleted || !onlyFinished);
        (target, task) = any ? _begun.Dequeue() : (null, null);
        return any;
    }

    /// <summary>Forgets the tasks, which end by their token. The semaphore stays for those that still end; without a wait handle it holds nothing.</summary>
    public void Dispose() => _begun.Clear();

    private async Task<T> RunAsync(Func<CancellationToken, Task<T>> run)
    {
        await _throttle.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            return await run(stop).ConfigureAwait(false);
        }
        finally
        {
            _throttle.Release();
        }
    }
}
