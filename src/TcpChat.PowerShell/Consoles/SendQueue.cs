namespace TcpChat.Consoles;

/// <summary>Sends lines one after the other, in their order, while the console goes on. Used by one thread.</summary>
internal sealed class SendQueue(CancellationToken stop)
{
    /// <summary>So many lines wait at most; then the console reads no more keys until there is room.</summary>
    private const int Limit = 256;

    private readonly Queue<Func<CancellationToken, Task<string?>>> _waiting = new();

    public bool HasRoom => _waiting.Count < Limit;

    /// <summary>Lines that have not been sent.</summary>
    public int Count => _waiting.Count + (Current is null ? 0 : 1);

    /// <summary>The line that is being sent now.</summary>
    public Task<string?>? Current { get; private set; }

    public void Add(Func<CancellationToken, Task<string?>> send) => _waiting.Enqueue(send);

    /// <summary>Begins to send what waits, as far as it goes at once; gives what has failed.</summary>
    public IEnumerable<string> Pump()
    {
        while (true)
        {
            if (Current is { IsCompleted: false } || (Current is null && _waiting.Count == 0))
            {
                yield break;
            }

            if (Current is null)
            {
                Current = _waiting.Dequeue()(stop);
                continue;
            }

            Task<string?> sent = Current;
            Current = null;
            if (!sent.IsCanceled && sent.GetAwaiter().GetResult() is { } problem)
            {
                yield return problem;
            }
        }
    }
}
