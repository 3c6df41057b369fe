using TcpChat.Errors;
using TcpChat.Threading;
using TcpChat.Transport;

namespace TcpChat.Sessions;

/// <content>Its life: reading, the peer's half-close, closing, and the one reason for its end.</content>
public sealed partial class ChatSession
{
    /// <summary>
    /// When the peer has closed its side and has an answer to all it said, another may follow, but soon: within this share
    /// of the time for a first one.
    /// </summary>
    private const int AnsweredShare = 20;

    private readonly CancellationTokenSource _closing = new();
    private readonly TaskCompletionSource _readEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private readonly Pulse _stateChanged = new();

    // An int, so that the first cause can be set by compare-exchange; -1 while there is none.
    private int _closeReason = -1;
    private volatile ChatSessionState _state = ChatSessionState.Open;
    private Task? _closeTask;
    private Exception? _error;
    private long _lastActivity;
    private bool _unanswered;
    private DateTime? _closedAtUtc;
    private volatile bool _handled;
    private volatile bool _answersEnded;

    /// <summary>
    /// Closes in order: refuses further sends, sends what the outbox holds, tells the peer. Returns when the session is
    /// over for this side; the connection itself goes when the peer has closed too, or after
    /// <see cref="SessionOptions.LingerTimeout"/>.
    /// </summary>
    /// <param name="timeout">How long sending the rest may take; then the connection is cut.</param>
    /// <param name="reason">Why, unless there is an earlier reason.</param>
    /// <exception cref="ArgumentOutOfRangeException">The timeout is negative, or longer than some 49 days.</exception>
    public Task CloseAsync(TimeSpan timeout, CloseReason reason = Sessions.CloseReason.LocalClosed)
    {
        WaitTime.ThrowIfInvalid(timeout);

        // Another close that is under way may have more time than this one.
        return BeginClose(timeout, reason) ? _closed.Task : CloseWithinAsync(timeout);
    }

    /// <summary>Cuts the connection. The peer sees a reset; what the outbox holds is lost. Does nothing when the session is over.</summary>
    public void Abort(CloseReason reason = Sessions.CloseReason.LocalClosed)
    {
        if (_state != ChatSessionState.Closed)
        {
            Cut(reason, null);
        }
    }

    /// <summary>Cuts the connection if it is still there.</summary>
    public void Dispose() => Abort();

    /// <summary>
    /// Waits until the session is in that state or past it. <see cref="ChatSessionState.Open"/> is past
    /// <see cref="ChatSessionState.Reconnecting"/> only for who waits to be connected again.
    /// </summary>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    public Task WaitForStateAsync(ChatSessionState state, CancellationToken cancellationToken = default) =>
        _stateChanged.WaitUntilAsync(() => HasReached(state), cancellationToken);

    /// <summary>Ends when the session is over.</summary>
    public Task WaitForCloseAsync(CancellationToken cancellationToken = default) => _closed.Task.WaitAsync(cancellationToken);

    /// <summary>Ends when the connection is given up too, which a closed session keeps until the peer has closed. To be read when the session is over.</summary>
    internal Task Released
    {
        get
        {
            lock (_gate)
            {
                return _closeTask ?? Task.CompletedTask;
            }
        }
    }

    /// <summary>A handler answers this session: after the peer's half-close it has all the time it needs, until <see cref="EndAnswers"/>.</summary>
    internal void AwaitHandler() => _handled = true;

    /// <summary>The handler has ended: no answer will come any more.</summary>
    internal void EndAnswers()
    {
        _answersEnded = true;
        _stateChanged.Fire();
    }

    /// <summary>Closes in order because the handler has ended. A close that is under way already keeps its time.</summary>
    internal Task EndAsync()
    {
        BeginClose(_options.DrainTimeout);
        return _closed.Task;
    }

    /// <summary>The same because the handler has failed; what it has sent before is still sent.</summary>
    internal Task FailAsync(Exception exception)
    {
        SetReason(Sessions.CloseReason.HandlerFailed, exception);
        return EndAsync();
    }

    /// <summary>Begins to read. Called once, after everyone who wants to hear of the session has been told.</summary>
    internal void Start()
    {
        _reader.RefusesTls = IsServerSide && Tls is null && _options.Framing.Kind is Framing.FramingKind.Line or Framing.FramingKind.Delimiter;
        ThreadPool.UnsafeQueueUserWorkItem(static session => _ = session.RunAsync(), this, preferLocal: false);
    }

    private async Task RunAsync()
    {
        try
        {
            await (_elsewhere is null ? ReadAsync() : FollowAsync(_elsewhere)).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            _readEnded.TrySetResult();
            Cut(TransportFault.ToCloseReason(e), e);
        }
    }

    private async Task ReadAsync()
    {
        try
        {
            if (!Reconnects)
            {
                await _reader.ReadToEndAsync(_closing.Token).ConfigureAwait(false);
            }
            else if (!await ReadConnectionsAsync().ConfigureAwait(false))
            {
                _readEnded.TrySetResult();
                return;
            }
        }
        catch (ChatException e) when (!TransportFault.IsFault(e))
        {
            SetReason(
                e.Code == ChatErrorCode.MessageTooLarge ? Sessions.CloseReason.MessageTooLarge : Sessions.CloseReason.ProtocolError,
                e);
            _reader.Discard();
            BeginClose(_options.DrainTimeout);

            // Read on, or the peer would be reset before it has read what was sent to it.
            await _reader.ReadToEndAsync(_closing.Token).ConfigureAwait(false);
        }

        _readEnded.TrySetResult();
        SetReason(Sessions.CloseReason.PeerClosed, null);
        SetState(ChatSessionState.HalfClosed);
        _sink.Complete();
        if (_sink.AnswersLater)
        {
            await WaitForAnswersAsync().ConfigureAwait(false);
        }

        BeginClose(_options.DrainTimeout);
    }

    private async Task WaitForAnswersAsync()
    {
        if (_handled)
        {
            await _stateChanged.WaitUntilAsync(
                () => _answersEnded || _state != ChatSessionState.HalfClosed || _outbox.Failure is not null,
                CancellationToken.None).ConfigureAwait(false);
            return;
        }

        Touch();
        while (true)
        {
            Task change = _stateChanged.Next;

            // A file that is on its way goes to its end.
            bool forever = _options.HalfCloseTimeout == Timeout.InfiniteTimeSpan || _outbox.IsHeld;
            bool owes = Volatile.Read(ref _unanswered) || Inbox.Count > 0;
            TimeSpan patience = owes ? _options.HalfCloseTimeout : _options.HalfCloseTimeout / AnsweredShare;
            TimeSpan rest = patience - _options.TimeProvider.GetElapsedTime(Volatile.Read(ref _lastActivity));
            if ((rest <= TimeSpan.Zero && !forever) || _state != ChatSessionState.HalfClosed || _outbox.Failure is not null)
            {
                return;
            }

            try
            {
                await change.WaitAsync(forever ? Timeout.InfiniteTimeSpan : rest, _options.TimeProvider).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                // Unless there was an answer in the meantime, the next round returns.
            }
        }
    }

    /// <summary>Begins to close, unless a close is under way already; that one keeps its time.</summary>
    private bool BeginClose(TimeSpan timeout, CloseReason reason = Sessions.CloseReason.LocalClosed)
    {
        lock (_gate)
        {
            if (_closeTask is not null)
            {
                return false;
            }

            SetReason(reason, null);
            _closeTask = CloseCoreAsync(timeout);
            return true;
        }
    }

    private async Task CloseCoreAsync(TimeSpan timeout)
    {
        // Off the caller's thread and lock.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        SetState(ChatSessionState.Closing);
        _reader.Discard();
        _sink.Complete();
        await _closing.CancelAsync().ConfigureAwait(false);
        _outbox.CompleteAdding();
        if (_elsewhere is not null)
        {
            // It is over when that process says so, or is gone.
            _elsewhere.RequestStop(timeout);
            return;
        }

        if (!await SendRestAndEndAsync(timeout).ConfigureAwait(false))
        {
            Cut(Sessions.CloseReason.LocalClosed, null);
            return;
        }

        SetClosed();
        await LingerAsync().ConfigureAwait(false);
        _transport.Dispose();
    }

    private async Task<bool> SendRestAndEndAsync(TimeSpan timeout)
    {
        using CancellationTokenSource deadline = new(timeout, _options.TimeProvider);
        try
        {
            if (!await _outbox.WaitUntilSentAsync(deadline.Token).ConfigureAwait(false))
            {
                return false;
            }

            await _transport.ShutdownSendAsync(deadline.Token).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private async Task LingerAsync()
    {
        try
        {
            await _readEnded.Task.WaitAsync(_options.LingerTimeout, _options.TimeProvider).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // The peer keeps its side open; it has had its time.
        }
    }

    private async Task CloseWithinAsync(TimeSpan timeout)
    {
        try
        {
            await _closed.Task.WaitAsync(timeout, _options.TimeProvider).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            Cut(Sessions.CloseReason.LocalClosed, null);
        }
    }

    private void SendFailed(ITransport transport, Exception exception)
    {
        // The read loop goes on: what the peer sent before it went is still to be had, and then the loop ends by itself.
        CloseReason cause = TransportFault.ToCloseReason(exception);
        if (!BeginOutage(transport, cause, exception, ChatSessionState.Reconnecting))
        {
            SetReason(cause, exception);
            _outbox.GiveUp(exception);
        }

        _stateChanged.Fire();
    }

    private void Cut(CloseReason reason, Exception? exception)
    {
        SetReason(reason, exception);
        ITransport transport;
        lock (_gate)
        {
            // From here on the reason keeps it from being replaced.
            transport = _transport;
        }

        transport.Abort();
        _reader.Discard();
        _outbox.GiveUp(exception ?? NoConnection());
        _sink.Complete();
        _ = _closing.CancelAsync();
        SetClosed();
    }

    private void SetReason(CloseReason reason, Exception? exception)
    {
        if (Interlocked.CompareExchange(ref _closeReason, (int)reason, -1) == -1 && exception is not null)
        {
            Volatile.Write(ref _error, exception);
        }
    }

    private void SetState(ChatSessionState state)
    {
        lock (_gate)
        {
            if (state == _state || (_state >= ChatSessionState.Closing && state < _state))
            {
                return;
            }

            _state = state;
        }

        _stateChanged.Fire();
    }

    private void SetClosed()
    {
        lock (_gate)
        {
            if (_state == ChatSessionState.Closed)
            {
                return;
            }

            _closedAtUtc = _options.TimeProvider.GetUtcNow().UtcDateTime;
            _state = ChatSessionState.Closed;
        }

        _transcript?.Closed();
        try
        {
            // Before those who wait go on, so that they find a server's books in order.
            Closed?.Invoke(this);
        }
        finally
        {
            _closed.TrySetResult();
            _stateChanged.Fire();
        }
    }

    /// <summary>True when this side has begun to end the session, or has a reason to. To be read under the lock.</summary>
    private bool IsEnding => _closeTask is not null || _state >= ChatSessionState.Closing || Volatile.Read(ref _closeReason) >= 0;

    private bool HasReached(ChatSessionState state)
    {
        ChatSessionState now = _state;
        return state == ChatSessionState.Reconnecting
            ? now == ChatSessionState.Reconnecting || now >= ChatSessionState.Closing
            : now >= state;
    }

    private void Touch() => Volatile.Write(ref _lastActivity, _options.TimeProvider.GetTimestamp());
}
