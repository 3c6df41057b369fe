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
internal sealed class HandlerProcessPool
{
    /// <summary>How long the first process may take until it is ready.</summary>
    public static readonly TimeSpan FirstReadyTimeout = TimeSpan.FromSeconds(30);

    /// <summary>How soon, while processes get ready, it is looked again whether connections wait that need more of them.</summary>
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(50);

    private readonly ChatServer _server;
    private readonly HandlerStart _start;
    private readonly ProcessSetup _setup;
    private readonly int _limit;
    private readonly int _spares;
    private readonly Func<HandlerChild, Action<object>> _adopt;
    private readonly Action<ChatException> _failed;
    private readonly GrowingPause _pause = new(TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(10));
    private readonly Lock _gate = new();
    private readonly List<HandlerChild> _children = [];
    private readonly Pulse _changed = new();
    private readonly TaskCompletionSource _firstReady = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private HandlerProcessPool(
        ChatServer server,
        HandlerStart start,
        ProcessSetup setup,
        int limit,
        int spares,
        Func<HandlerChild, Action<object>> adopt,
        Action<ChatException> failed)
    {
        _server = server;
        _start = start;
        _setup = setup;
        _limit = limit;
        _spares = spares;
        _adopt = adopt;
        _failed = failed;
    }

    /// <summary>Starts the first process and has the server's connections accepted. Ends when that process is ready.</summary>
    /// <param name="server">A server under <see cref="ServerModel.Process"/>. Where this fails, it is to be disposed.</param>
    /// <param name="setup">What the processes serve, all but the listening socket.</param>
    /// <param name="limit">How many processes there may be at once.</param>
    /// <param name="spares">How many are kept waiting for connections.</param>
    /// <param name="adopt">Told when a process has accepted a connection; gives what takes all that the handler there writes.</param>
    /// <param name="failed">Told when a process could not be started, failed to get ready, or died while it waited; it is tried again after a pause.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ChatException"><see cref="ChatErrorCode.PowerShellNotFound"/> or <see cref="ChatErrorCode.HandlerProcessFailed"/>.</exception>
    public static async Task StartAsync(
        ChatServer server,
        ProcessSetup setup,
        int limit,
        int spares,
        Func<HandlerChild, Action<object>> adopt,
        Action<ChatException> failed,
        CancellationToken cancellationToken)
    {
        if (Facts.ToBytes(setup).Length > Frame.LargestPayload / 2)
        {
            throw new ChatException(
                ChatErrorCode.HandlerProcessFailed,
                $"The script and the values given to it are more than {Frame.LargestPayload / 2 / (1 << 20)} MiB, too much to be sent to each process.");
        }

        HandlerProcessPool pool = new(server, HandlerStart.Find(), setup, limit, Math.Min(spares, limit), adopt, failed);
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
        lock (_gate)
        {
            alive = _children.Count;
            starting = _children.Count(static c => c.State == HandlerChildState.Starting);
            ready = _children.Count(static c => c.State == HandlerChildState.Ready);
        }

        // Until the first is ready nobody knows whether any can be.
        bool proven = _firstReady.Task.IsCompletedSuccessfully;
        if (ready > 0 && !proven)
        {
            proven = _firstReady.TrySetResult();
        }

        int need = PoolNeed.Of(proven ? _limit : 1, _spares, alive, starting, ready, waiting);
        for (int i = 0; i < need; i++)
        {
            HandlerChild child = HandlerChild.Start(_start, _setup, _server, Accept, _changed.Fire);
            lock (_gate)
            {
                _children.Add(child);
            }
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

    private Action<object> Accept(HandlerChild child)
    {
        _pause.Reset();
        return _adopt(child);
    }

    private void Report(ChatException failure)
    {
        if (!_firstReady.TrySetException(failure))
        {
            _failed(failure);
        }
    }

    private Task EndWaitingAsync()
    {
        HandlerChild[] waiting;
        lock (_gate)
        {
            waiting = [.. _children.Where(static c => c.State is HandlerChildState.Starting or HandlerChildState.Ready)];
        }

        Array.ForEach(waiting, static child => child.Kill());
        return Task.WhenAll(waiting.Select(static child => child.Exited));
    }
}
