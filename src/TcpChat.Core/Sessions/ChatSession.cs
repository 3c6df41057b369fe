using System.Net;
using TcpChat.Errors;
using TcpChat.Text;
using TcpChat.Threading;
using TcpChat.Transport;

namespace TcpChat.Sessions;

/// <summary>
/// One TCP connection, from either end. Safe to use from any thread and any runspace. A session is live: its properties
/// show what is now.
/// </summary>
public sealed class ChatSession : IDisposable
{
    /// <summary>
    /// When the peer has closed its side and has an answer to all it said, another may follow, but soon: within this share
    /// of the time for a first one.
    /// </summary>
    private const int AnsweredShare = 20;

    private static int s_lastId;

    private readonly ITransport _transport;
    private readonly SessionOptions _options;
    private readonly TextCodec _codec;
    private readonly SendOutbox _outbox;
    private readonly SessionSink _sink;
    private readonly SessionReader _reader;
    private readonly Func<long> _nextArrival;
    private readonly CancellationTokenSource _closing = new();
    private readonly TaskCompletionSource _readEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private readonly Pulse _stateChanged = new();

    // An int, so that the first cause can be set by compare-exchange; -1 while there is none.
    private int _closeReason = -1;
    private volatile ChatSessionState _state;
    private Task? _closeTask;
    private Exception? _error;
    private long _messagesSent;
    private long _lastActivity;
    private bool _unanswered;
    private DateTime? _closedAtUtc;

    internal ChatSession(
        ITransport transport,
        SessionOptions options,
        string name,
        Func<ChatSession, SessionSink> sink,
        Func<long>? nextArrival = null)
    {
        options.ThrowIfInvalid();
        Id = Interlocked.Increment(ref s_lastId);
        Name = name;
        _transport = transport;
        _options = options;
        _codec = new TextCodec(options.Encoding);
        Inbox = new MessageInbox(options.InboxLimit, options.InboxByteLimit);
        Inbox.Taken += () =>
        {
            Volatile.Write(ref _unanswered, true);
            Touch();
        };
        _outbox = new SendOutbox(transport, options.OutboxByteLimit, options.OutboxPolicy, SendFailed);
        _sink = sink(this);
        _reader = new SessionReader(transport, options.Framing, _sink, options.MaximumMessageSize);
        _nextArrival = nextArrival ?? (() => 0);
        ConnectedAtUtc = options.TimeProvider.GetUtcNow().UtcDateTime;
    }

    /// <summary>Raised once, when the session is over, from whatever thread ended it. Handlers must not block.</summary>
    public event Action<ChatSession>? Closed;

    /// <summary>Its number in this process.</summary>
    public int Id { get; }

    /// <summary>Its name: the peer's address and port, unless it was given another one.</summary>
    public string Name { get; }

    /// <summary>The user's name, where the peer gave one.</summary>
    public string? UserName { get; internal set; }

    /// <summary>Where it is in its life.</summary>
    public ChatSessionState State => _state;

    /// <summary>The peer's address and port.</summary>
    public EndPoint? RemoteEndPoint => _transport.RemoteEndPoint;

    /// <summary>This side's address and port.</summary>
    public EndPoint? LocalEndPoint => _transport.LocalEndPoint;

    /// <summary>When the connection was made, in local time.</summary>
    public DateTime ConnectedAt => ConnectedAtUtc.ToLocalTime();

    /// <summary>When it ended, in local time.</summary>
    public DateTime? ClosedAt => _closedAtUtc?.ToLocalTime();

    /// <summary>Why it ended, or is about to; null while it is open.</summary>
    public CloseReason? CloseReason
    {
        get
        {
            int reason = Volatile.Read(ref _closeReason);
            return reason < 0 ? null : (CloseReason)reason;
        }
    }

    /// <summary>The error behind the reason, where there is one.</summary>
    public Exception? Error => Volatile.Read(ref _error);

    /// <summary>Whole messages received.</summary>
    public long MessagesReceived => _reader.Messages;

    /// <summary>Messages sent or waiting in the outbox.</summary>
    public long MessagesSent => Volatile.Read(ref _messagesSent);

    /// <summary>Bytes read from the wire.</summary>
    public long BytesReceived => _reader.Bytes;

    /// <summary>Bytes handed to the system for sending.</summary>
    public long BytesSent => _outbox.SentBytes;

    /// <summary>Messages received and not taken.</summary>
    public int InboxLength => Inbox.Count;

    /// <summary>Bytes that wait to be sent because the peer does not read fast enough.</summary>
    public long OutboxLength => _outbox.WaitingBytes;

    /// <summary>Messages that were dropped from the outbox, under <see cref="OutboxPolicy.DropOldest"/>.</summary>
    public long DroppedMessages => _outbox.Dropped;

    /// <summary>Received bytes that were no text in the session's encoding and stand as U+FFFD in the texts of messages, counted when a text is looked at.</summary>
    public long InvalidBytes => _codec.InvalidBytes;

    /// <summary>The received messages that nobody has taken.</summary>
    public MessageInbox Inbox { get; }

    /// <summary>How the session behaves.</summary>
    public SessionOptions Options => _options;

    /// <summary>True on the side that accepted the connection.</summary>
    public bool IsServerSide { get; internal init; }

    /// <summary>True while messages can be sent.</summary>
    public bool CanSend => _state is ChatSessionState.Open or ChatSessionState.HalfClosed;

    internal DateTime ConnectedAtUtc { get; }

    /// <summary>Sends text as one message.</summary>
    /// <exception cref="ChatException"><see cref="ChatErrorCode.SessionClosed"/> or <see cref="ChatErrorCode.TextNotEncodable"/>.</exception>
    public ValueTask SendAsync(string text, CancellationToken cancellationToken = default) =>
        SendFramesAsync(Wrap(text), 1, borrowed: false, cancellationToken);

    /// <summary>Sends bytes as one message.</summary>
    /// <exception cref="ChatException"><see cref="ChatErrorCode.SessionClosed"/>.</exception>
    public ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken = default) =>
        SendFramesAsync(Wrap(bytes.Span), 1, borrowed: false, cancellationToken);

    /// <summary>Text as it goes over this session's wire.</summary>
    public byte[] Wrap(string text) => _codec.Wrap(text, _options.Framing);

    /// <summary>Bytes as they go over this session's wire.</summary>
    public byte[] Wrap(ReadOnlySpan<byte> bytes) => _options.Framing.Wrap(bytes);

    /// <summary>Sends whole frames, made by <see cref="Wrap(string)"/> of a session with the same framing and encoding.</summary>
    /// <param name="frames">One frame or several, one after the other.</param>
    /// <param name="count">How many messages they are.</param>
    /// <param name="cancellationToken">Ends the wait for room in the outbox.</param>
    public ValueTask SendFramesAsync(ReadOnlyMemory<byte> frames, int count, CancellationToken cancellationToken = default) =>
        SendFramesAsync(frames, count, borrowed: false, cancellationToken);

    internal ValueTask SendFramesAsync(ReadOnlyMemory<byte> frames, int count, bool borrowed, CancellationToken cancellationToken)
    {
        try
        {
            return TrySend(frames, count, borrowed)
                ? ValueTask.CompletedTask
                : WaitAndSendAsync(frames, count, borrowed, cancellationToken);
        }
        catch (ChatException e)
        {
            // In the task, where a caller that passes the task on expects it.
            return ValueTask.FromException(e);
        }
    }

    /// <summary>Takes the next message, waiting for it; null when none will come any more.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled first; nothing was taken.</exception>
    public async ValueTask<ChatMessage?> ReceiveAsync(CancellationToken cancellationToken = default)
    {
        ChatMessage? message;
        while (!Inbox.TryTake(out message) && await Inbox.WaitToTakeAsync(cancellationToken).ConfigureAwait(false))
        {
        }

        return message;
    }

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

    /// <summary>Waits until the session is in that state or past it.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    public Task WaitForStateAsync(ChatSessionState state, CancellationToken cancellationToken = default) =>
        _stateChanged.WaitUntilAsync(() => _state >= state, cancellationToken);

    /// <summary>Ends when the session is over.</summary>
    public Task WaitForCloseAsync(CancellationToken cancellationToken = default) => _closed.Task.WaitAsync(cancellationToken);

    /// <inheritdoc/>
    public override string ToString() => Name;

    /// <summary>Begins to read. Called once, after everyone who wants to hear of the session has been told.</summary>
    internal void Start() =>
        ThreadPool.UnsafeQueueUserWorkItem(static session => _ = session.RunAsync(), this, preferLocal: false);

    internal ChatMessage MakeMessage(ReadOnlySpan<byte> payload)
    {
        // A piece of a stream may end inside a character, so its text depends on the pieces before it.
        MessageText text = _options.Framing.Kind == Framing.FramingKind.Raw ? _codec.DescribePiece(payload) : _codec.Describe(payload);
        return new ChatMessage(
            this,
            payload.ToArray(),
            text,
            _reader.Messages,
            _nextArrival(),
            _options.TimeProvider.GetUtcNow().UtcDateTime);
    }

    internal void CountInvalid(int bytes) => _codec.CountInvalid(bytes);

    private bool TrySend(ReadOnlyMemory<byte> frames, int count, bool borrowed)
    {
        switch (_outbox.TrySend(frames, borrowed, count))
        {
            case SendOutbox.Offer.Taken:
                Interlocked.Add(ref _messagesSent, count);
                Volatile.Write(ref _unanswered, false);
                Touch();
                if (_state == ChatSessionState.HalfClosed)
                {
                    // The wait for answers has less to wait for now.
                    _stateChanged.Fire();
                }

                return true;
            case SendOutbox.Offer.Full:
                return false;
            case SendOutbox.Offer.SlowReader:
                Cut(Sessions.CloseReason.SlowReader, null);
                break;
        }

        throw new ChatException(
            ChatErrorCode.SessionClosed,
            $"The session {Id} ({Name}) can send no more: {CloseReason?.ToString() ?? "it is closing"}.",
            _outbox.Failure ?? Error);
    }

    private async ValueTask WaitAndSendAsync(ReadOnlyMemory<byte> frames, int count, bool borrowed, CancellationToken cancellationToken)
    {
        do
        {
            await _outbox.WaitForRoomAsync(frames.Length, cancellationToken).ConfigureAwait(false);
        }
        while (!TrySend(frames, count, borrowed));
    }

    private async Task RunAsync()
    {
        try
        {
            await ReadAsync().ConfigureAwait(false);
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
            await _reader.ReadToEndAsync(_closing.Token).ConfigureAwait(false);
        }
        catch (ChatException e)
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
        Touch();
        bool forever = _options.HalfCloseTimeout == Timeout.InfiniteTimeSpan;
        while (true)
        {
            Task change = _stateChanged.Next;
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

            _closeTask = CloseCoreAsync(timeout, reason);
            return true;
        }
    }

    private async Task CloseCoreAsync(TimeSpan timeout, CloseReason reason)
    {
        // Off the caller's thread and lock.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        SetReason(reason, null);
        SetState(ChatSessionState.Closing);
        _reader.Discard();
        _sink.Complete();
        await _closing.CancelAsync().ConfigureAwait(false);
        _outbox.CompleteAdding();
        if (!await SendRestAsync(timeout).ConfigureAwait(false))
        {
            Cut(reason, null);
            return;
        }

        await _transport.ShutdownSendAsync().ConfigureAwait(false);
        SetClosed();
        await LingerAsync().ConfigureAwait(false);
        _transport.Dispose();
    }

    private async Task<bool> SendRestAsync(TimeSpan timeout)
    {
        using CancellationTokenSource deadline = new(timeout, _options.TimeProvider);
        try
        {
            return await _outbox.WaitUntilSentAsync(deadline.Token).ConfigureAwait(false);
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

    private void SendFailed(Exception exception)
    {
        // The read loop goes on: what the peer sent before it went is still to be had, and then the loop ends by itself.
        SetReason(TransportFault.ToCloseReason(exception), exception);
        _stateChanged.Fire();
    }

    private void Cut(CloseReason reason, Exception? exception)
    {
        SetReason(reason, exception);
        _transport.Abort();
        _reader.Discard();
        _outbox.CompleteAdding();
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
            if (state <= _state)
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

    private void Touch() => Volatile.Write(ref _lastActivity, _options.TimeProvider.GetTimestamp());
}
