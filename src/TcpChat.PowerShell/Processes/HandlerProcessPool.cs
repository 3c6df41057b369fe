using TcpChat.Errors;
using TcpChat.Servers;
using TcpChat.Threading;

namespace TcpChat.Processes;

/// <summary>
/// The processes of a server that serves each connection in one of its own. All accept from the server's listening socket;
/// the server itself never does. Some are kept waiting, so that a client does not wait for a PowerShell to start; where
/// more clients come at once, more are started together. When there are as many as allowed, nobody accepts, and clients wait
/// in the system's queue.
/// </summary>
internal sealed class HandlerProcessPool : IHandlerChildOwner
{
    /// <summary>How long the first process may take until it is ready.</summary>
    public static readonly TimeSpan FirstReadyTimeout = TimeSpan.FromSeconds(30);

    /// <summary>How soon, while processes get ready, it is looked again whether connections wait that need more of them.</summary>
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(50);

    private readonly ChatServer _server;
    private readonly HandlerStart _start;
    private readonly int _limit;
    private readonly int _spares;
    private readonly IProcessPoolOwner _owner;
    private readonly GrowingPause _pause = new(TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(10));
    private readonly Lock _gate = new();
    private readonly List<HandlerChild> _children = [];
    private readonly Pulse _changed = new();
    private readonly TaskCompletionSource _firstReady = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ProcessSetup _setup;

    private HandlerProcessPool(ChatServer server, HandlerStart start, ProcessSetup setup, int limit, int spares, IProcessPoolOwner owner)
    {
        _server = server;
        _start = start;
        _setup = setup;
        _limit = limit;
        _spares = spares;
        _owner = owner;
    }

    /// <summary>Starts the first process and has the server's connections accepted. Ends when that process is ready.</summary>
    /// <param name="server">A server under <see cref="ServerModel.Process"/>. Where this fails, it is to be disposed.</param>
    /// <param name="setup">What the processes serve, all but the listening socket.</param>
    /// <param name="limit">How many processes there may be at once.</param>
    /// <param name="spares">How many are kept waiting for connections.</param>
    /// <param name="owner">Told what becomes of the processes.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ChatException"><see cref="ChatErrorCode.PowerShellNotFound"/> or <see cref="ChatErrorCode.HandlerProcessFailed"/>.</exception>
    public static async Task<HandlerProcessPool> StartAsync(
        ChatServer server,
        ProcessSetup setup,
        int limit,
        int spares,
        IProcessPoolOwner owner,
        CancellationToken cancellationToken)
    {
        ThrowIfTooLarge(setup);
        HandlerProcessPool pool = new(server, HandlerStart.Find(), setup, limit, Math.Min(spares, limit), owner);
        server.AcceptWith(pool.RunAsync);
        try
        {
            await pool._firstReady.Task.WaitAsync(FirstReadyTimeout, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new ChatException(
                ChatErrorCode.HandlerProcessFailed, $"The first process for handlers was not ready within {FirstReadyTimeout.TotalSeconds:0} s.");
        }

        return pool;
    }

    /// <summary>How many connections wait to be admitted.</summary>
    public int AdmittingCount
    {
        get
        {
            lock (_gate)
            {
                return _children.Count(static c => c.State == HandlerChildState.Admitting);
            }
        }
    }

    /// <summary>
    /// Has connections that come from now on served otherwise: the processes that wait are replaced. Ends when none of them
    /// waits any more; one that has a connection already still admits it as before.
    /// </summary>
    public async Task ChangeAsync(ProcessSetup setup, CancellationToken cancellationToken)
    {
        ThrowIfTooLarge(setup);
        HandlerChild[] old;
        lock (_gate)
        {
            _setup = setup;
            old = [.. _children.Where(static c => !c.IsRetired && c.State < HandlerChildState.Serving)];
        }

        Array.ForEach(old, static child => child.Retire());
        _changed.Fire();
        await _changed.WaitUntilAsync(() => !Array.Exists(old, static c => c.State == HandlerChildState.Ready), cancellationToken).ConfigureAwait(false);
    }

    Action<object> IHandlerChildOwner.Adopt(HandlerChild child)
    {
        _pause.Reset();
        return _owner.Adopt(child);
    }

    void IHandlerChildOwner.Reject(RejectedConnection rejection)
    {
        _pause.Reset();
        _server.Reject(rejection);
    }

    void IHandlerChildOwner.Record(object record) => _owner.Record(record);

    void IHandlerChildOwner.Changed() => _changed.Fire();

    private static void ThrowIfTooLarge(ProcessSetup setup)
    {
        if (Facts.ToBytes(setup).Length > Frame.LargestPayload / 2)
        {
            throw new ChatException(
                ChatErrorCode.HandlerProcessFailed,
                $"The script and the values given to it are more than {Frame.LargestPayload / 2 / (1 << 20)} MiB, too much to be sent to each process.");
        }
    }

    private async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            Task change = _changed.Next;
            try
            {
                bool starting = Fill(stopping);
                await change.WaitAsync(starting ? s_look : Timeout.InfiniteTimeSpan, stopping).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                // Looks again.
            }
            catch (ChatException e)
            {
                Report(e);
                await Task.Delay(_pause.Next(), stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                break;
            }
        }

        await EndWaitingAsync().ConfigureAwait(false);
    }

    /// <summary>Starts as many processes as are needed; true while some get ready.</summary>
    /// <exception cref="ChatException">One could not be started, or one has failed; tried again after a pause.</exception>
    private bool Fill(CancellationToken stopping)
    {
        ThrowIfFailed(stopping);
        int? waiting = _server.ConnectionWaits ? _server.AcceptQueueLength : 0;
        int alive, starting, ready;
        List<HandlerChild> surplus;
        lock (_gate)
        {
            alive = _children.Count;
            starting = _children.Count(static c => c.State == HandlerChildState.Starting && !c.IsRetired);
            ready = _children.Count(static c => c.State == HandlerChildState.Ready && !c.IsRetired);
            surplus = waiting == 0 ? [.. _children.Where(static c => c.State == HandlerChildState.Ready && !c.IsRetired).Take(ready - _spares)] : [];
        }

        // So many were needed only while connections that were not admitted took their time.
        surplus.ForEach(static child => child.Retire());

        // Until the first is ready nobody knows whether any can be.
        bool proven = _firstReady.Task.IsCompletedSuccessfully;
        if (ready > 0 && !proven)
        {
            proven = _firstReady.TrySetResult();
        }

        int need = PoolNeed.Of(proven ? _limit : 1, _spares, alive, starting, ready, waiting);
        for (int i = 0; i < need; i++)
        {
            Start();
        }

        return starting + need > 0;
    }

    private void ThrowIfFailed(CancellationToken stopping)
    {
        ChatException? failure = null;
        lock (_gate)
        {
            foreach (HandlerChild child in _children.Where(static c => c.State == HandlerChildState.Gone))
            {
                failure ??= child.Failure;
            }

            _children.RemoveAll(static c => c.State == HandlerChildState.Gone);
        }

        if (failure is not null && !stopping.IsCancellationRequested)
        {
            throw failure;
        }
    }

    private void Start()
    {
        ProcessSetup setup = Volatile.Read(ref _setup);
        HandlerChild child = HandlerChild.Start(_start, setup, _server, this);
        lock (_gate)
        {
            _children.Add(child);
            if (setup != _setup)
            {
                // It was changed while the process was started.
                child.Retire();
            }
        }
    }

    private void Report(ChatException failure)
    {
        if (!_firstReady.TrySetException(failure))
        {
            _owner.Fail(failure);
        }
    }

    private Task EndWaitingAsync()
    {
        HandlerChild[] waiting;
        lock (_gate)
        {
            waiting = [.. _children.Where(static c => c.State is HandlerChildState.Starting or HandlerChildState.Ready or HandlerChildState.Admitting)];
        }

        Array.ForEach(waiting, static child => child.Kill());
        return Task.WhenAll(waiting.Select(static child => child.Exited));
    }
}
