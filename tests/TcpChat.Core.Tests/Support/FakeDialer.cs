using TcpChat.Clients;
using TcpChat.Errors;
using TcpChat.Threading;
using TcpChat.Transport;

namespace TcpChat.Core.Tests.Support;

/// <summary>Makes the connections that a test has got ready, and refuses when there is none.</summary>
internal sealed class FakeDialer
{
    private readonly Lock _gate = new();
    private readonly Queue<FakeTransport> _ready = new();
    private readonly Pulse _changed = new();
    private TaskCompletionSource? _hold;
    private int _calls;
    private int _now;

    /// <summary>How often a connection was asked for.</summary>
    public int Calls => Volatile.Read(ref _calls);

    /// <summary>How many were asked for at the same time at most.</summary>
    public int MostAtOnce { get; private set; }

    /// <summary>The next attempt that finds nothing before it gets this one.</summary>
    public FakeTransport Ready()
    {
        FakeTransport transport = new();
        lock (_gate)
        {
            _ready.Enqueue(transport);
        }

        return transport;
    }

    /// <summary>Attempts wait until they are cancelled or let go.</summary>
    public void Hold() => _hold = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void LetGo() => _hold!.SetResult();

    public Task WaitForCallsAsync(int calls) => _changed.WaitUntilAsync(() => Calls >= calls, CancellationToken.None).Within();

    /// <summary>A reconnector that waits the longest it may, so that a test knows how long.</summary>
    public Reconnector With(ReconnectPolicy policy, TimeProvider clock, double random = 1) => new(DialAsync, policy, clock, () => random);

    private async Task<ITransport> DialAsync(CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _calls);
        MostAtOnce = Math.Max(MostAtOnce, Interlocked.Increment(ref _now));
        _changed.Fire();
        try
        {
            if (_hold is not null)
            {
                await _hold.Task.WaitAsync(cancellationToken);
            }

            lock (_gate)
            {
                return _ready.TryDequeue(out FakeTransport? transport)
                    ? transport
                    : throw new ChatException(ChatErrorCode.ConnectionRefused, $"refused {_calls}");
            }
        }
        finally
        {
            Interlocked.Decrement(ref _now);
        }
    }
}
