using System.Net;
using System.Net.Sockets;
using TcpChat.Errors;
using TcpChat.Sessions;
using TcpChat.Threading;
using TcpChat.Transport;

namespace TcpChat.Servers;

/// <summary>A listener and its sessions. Safe to use from any thread.</summary>
public sealed class ChatServer : IDisposable
{
    /// <summary>How long a stop waits for handlers that were told to end; then it goes on without them.</summary>
    public static readonly TimeSpan HandlerStopTimeout = TimeSpan.FromSeconds(5);

    private readonly Socket _listener;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();
    private readonly Dictionary<int, ChatSession> _live = [];
    private readonly Dictionary<int, SessionHandling> _handled = [];
    private readonly EndedSessions _ended;
    private readonly MessageFeed _feed;
    private readonly Admission _admission = new();
    private readonly Queue<RejectedConnection> _rejections = new();
    private readonly Pulse _changed = new();
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _handlersGivenUp = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile ServerOptions _options;
    private volatile byte[]? _greeting;
    private Task _accepting = Task.CompletedTask;
    private Task? _stopTask;
    private SessionTotals _endedTotals;
    private long _accepted;
    private long _acceptErrors;
    private long _rejected;
    private int _version;

    private ChatServer(ServerOptions options, Socket listener)
    {
        _options = options;
        _listener = listener;
        _ended = new EndedSessions(options.EndedSessionLimit, options.EndedUnreadSessionLimit);
        _feed = new MessageFeed(options.Handler is null && options.Answer == ServerAnswer.Inbox ? Inbox : null);
        _greeting = ServerSession.WrapGreeting(options);
        LocalEndPoint = (IPEndPoint)listener.LocalEndPoint!;
    }

    /// <summary>Raised before a new session begins to read. Handlers must not block.</summary>
    public event Action<ChatSession>? SessionOpened;

    /// <summary>Raised when a session is over. Handlers must not block.</summary>
    public event Action<ChatSession>? SessionClosed;

    /// <summary>Raised when an ended session is kept no longer. Handlers must not block.</summary>
    public event Action<ChatSession>? SessionForgotten;

    /// <summary>Raised when accepting a connection failed; it is tried again after a pause. Handlers must not block.</summary>
    public event Action<SocketException>? AcceptFailed;

    /// <summary>Raised when a connection was not admitted. Handlers must not block.</summary>
    public event Action<RejectedConnection>? ConnectionRejected;

    /// <summary>Raised when <see cref="Change(Func{ServerOptions, ServerOptions})"/> has changed how it serves. Handlers must not block.</summary>
    public event Action? OptionsChanged;

    /// <summary>Where it listens, the port that the system chose included.</summary>
    public IPEndPoint LocalEndPoint { get; }

    /// <summary>How it listens and serves, now.</summary>
    public ServerOptions Options => _options;

    /// <summary>Connections that were not admitted so far.</summary>
    public long RejectedCount => Volatile.Read(ref _rejected);

    /// <summary>The last connections that were not admitted, oldest first: as many as <see cref="ServerOptions.RejectionLimit"/>.</summary>
    public IReadOnlyList<RejectedConnection> Rejections
    {
        get
        {
            lock (_rejections)
            {
                return [.. _rejections];
            }
        }
    }

    /// <summary>Connections that are waiting to be admitted now.</summary>
    public int HandshakeCount => _admission.Count;

    /// <summary>The messages of all its sessions, in the order they came.</summary>
    public ServerInbox Inbox { get; } = new();

    /// <summary>True until it is told to stop.</summary>
    public bool IsListening => !_stopping.IsCancellationRequested;

    /// <summary>Changes whenever a session comes, goes or is forgotten.</summary>
    public int Version => Volatile.Read(ref _version);

    /// <summary>Fires whenever a session comes or goes.</summary>
    public Pulse Changed => _changed;

    /// <summary>The sessions that are not over, by id.</summary>
    public IReadOnlyList<ChatSession> Sessions
    {
        get
        {
            lock (_gate)
            {
                return Sorted(_live.Values);
            }
        }
    }

    /// <summary>The sessions that are over and still kept, by id.</summary>
    public IReadOnlyList<ChatSession> EndedSessions
    {
        get
        {
            lock (_gate)
            {
                return Sorted(_ended.All);
            }
        }
    }

    /// <summary>All sessions, those that are over and still kept among them, by id.</summary>
    public IReadOnlyList<ChatSession> AllSessions
    {
        get
        {
            lock (_gate)
            {
                return Sorted(_ended.All.Concat(_live.Values));
            }
        }
    }

    /// <summary>How many sessions are not over.</summary>
    public int SessionCount
    {
        get
        {
            lock (_gate)
            {
                return _live.Count;
            }
        }
    }

    /// <summary>Connections accepted so far.</summary>
    public long Accepted => Volatile.Read(ref _accepted);

    /// <summary>Accepts that failed so far.</summary>
    public long AcceptErrors => Volatile.Read(ref _acceptErrors);

    /// <summary>
    /// Connections that are complete and wait in the system's queue to be accepted; null where the system is not Linux or
    /// cannot say, and after a stop.
    /// </summary>
    public int? AcceptQueueLength => IsListening ? KernelQueues.AcceptQueueLength(_listener) : null;

    /// <summary>
    /// Handshakes that have begun and are not complete; null where the system is not Linux or cannot say, and after a stop.
    /// Each look reads the system's whole table of connections, so its cost grows with them.
    /// </summary>
    public int? SynQueueLength => IsListening ? KernelQueues.SynQueueLength(LocalEndPoint) : null;

    /// <summary>What all its sessions have sent and received so far.</summary>
    public SessionTotals Totals
    {
        get
        {
            lock (_gate)
            {
                SessionTotals totals = _endedTotals;
                foreach (ChatSession session in _live.Values)
                {
                    totals += SessionTotals.Of(session);
                }

                return totals with { DroppedMessages = totals.DroppedMessages + _ended.DroppedMessages };
            }
        }
    }

    /// <summary>True while a connection waits in the system's queue for someone to accept it.</summary>
    public bool ConnectionWaits
    {
        get
        {
            try
            {
                return _listener.Poll(0, SelectMode.SelectRead);
            }
            catch (ObjectDisposedException)
            {
                return false;
            }
        }
    }

    /// <summary>Listens, and begins to accept.</summary>
    /// <exception cref="ChatException">
    /// <see cref="ChatErrorCode.PortInUse"/>, <see cref="ChatErrorCode.AddressNotAvailable"/>,
    /// <see cref="ChatErrorCode.PortAccessDenied"/>, <see cref="ChatErrorCode.ListenFailed"/>, or
    /// <see cref="ChatErrorCode.TextNotEncodable"/> for the greeting.
    /// </exception>
    public static ChatServer Start(ServerOptions options)
    {
        ChatServer server = Listen(options);
        server.BeginAccept();
        return server;
    }

    /// <summary>Listens, so that clients can connect; they wait until <see cref="BeginAccept"/> or <see cref="AcceptWith"/>.</summary>
    /// <inheritdoc cref="Start"/>
    public static ChatServer Listen(ServerOptions options)
    {
        options.Session.ThrowIfInvalid();
        Socket listener = ListeningSocket.Open(options.Address, options.Port, options.Backlog);
        try
        {
            return new ChatServer(options, listener);
        }
        catch
        {
            listener.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Stops listening at once, closes all sessions in order and at the same time, and cuts those that need longer.
    /// What was received can still be taken.
    /// </summary>
    /// <param name="timeout">How long the sessions may take to send what they owe.</param>
    /// <exception cref="ArgumentOutOfRangeException">The timeout is negative, or longer than some 49 days.</exception>
    public Task StopAsync(TimeSpan timeout)
    {
        WaitTime.ThrowIfInvalid(timeout);
        lock (_gate)
        {
            if (_stopTask is null)
            {
                _stopTask = StopCoreAsync(timeout);
                return _stopped.Task;
            }
        }

        return StopWithinAsync(timeout);
    }

    /// <summary>
    /// Ends one session: its handler is told to stop, whatever it is doing, and the session is closed in order. Returns when
    /// both are over, or <see cref="HandlerStopTimeout"/> after the time given.
    /// </summary>
    /// <param name="session">A session of this server.</param>
    /// <param name="timeout">How long sending the rest may take; then the connection is cut.</param>
    public async Task StopSessionAsync(ChatSession session, TimeSpan timeout)
    {
        SessionHandling? handling;
        lock (_gate)
        {
            _handled.TryGetValue(session.Id, out handling);
        }

        // In this order: what the handler then makes of the stop is not the first cause.
        Task closing = session.CloseAsync(timeout);
        handling?.Stop();
        await closing.ConfigureAwait(false);
        if (handling is not null)
        {
            await WaitAsync(handling.Ended, HandlerStopTimeout).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Says who is told of each message, and only of messages of sessions that are in this process. Where messages wait in
    /// inboxes, they are taken for it: those that wait, and those that come. Where something answers them, it is told besides.
    /// </summary>
    /// <param name="tell">Called for one message of a session after the other; it must not block or throw. Null: nobody is told.</param>
    public void TellMessages(Action<ChatMessage>? tell)
    {
        lock (_feed)
        {
            _feed.Use(tell);
        }
    }

    /// <summary>Tells of a session's end, after the messages of that session that somebody is told of.</summary>
    public void TellClosed(ChatSession session, Action<ChatSession> tell) => _feed.TellClosed(session, tell);

    /// <summary>Stops at once, without waiting.</summary>
    public void Dispose() => _ = StopAsync(TimeSpan.Zero);

    /// <summary>Ends when the server has stopped and its sessions are over.</summary>
    public Task WaitForStopAsync(CancellationToken cancellationToken = default) => _stopped.Task.WaitAsync(cancellationToken);

    /// <summary>
    /// Has connections accepted by other processes, under <see cref="ServerModel.Process"/>. Called once, and instead of
    /// <see cref="BeginAccept"/>.
    /// </summary>
    /// <param name="accept">Keeps processes that accept, until its token is cancelled; it ends when those that hold no session are gone.</param>
    public void AcceptWith(Func<CancellationToken, Task> accept) => _accepting = Task.Run(() => accept(_stopping.Token));

    /// <summary>A copy of the listening socket for another process.</summary>
    /// <exception cref="ObjectDisposedException">The server has stopped.</exception>
    public ListenerShare ShareListener() => new(_listener);

    /// <summary>Takes a session into the books whose connection another process has accepted.</summary>
    public ChatSession Adopt(ISessionProcess process)
    {
        ChatSession session = new(process, _options.Session) { IsServerSide = true };
        SessionHandling handling = new(session, (_, _) => Task.WhenAll(process.Exited, session.WaitForCloseAsync(CancellationToken.None)));
        Open(session, handling);
        _ = HandleAsync(session, handling);
        session.Start();
        if (!IsListening)
        {
            // Taken while the server was told to stop, and perhaps too late to be among those it closes.
            session.Abort(CloseReason.ServerStopped);
        }

        return session;
    }

    /// <summary>Begins to accept. Called once.</summary>
    public void BeginAccept()
    {
        AcceptLoop loop = new(_listener.AcceptAsync, Accept, ReportAcceptFailure, _options.Session.TimeProvider);
        _accepting = Task.Run(() => loop.RunAsync(_stopping.Token));
    }

    /// <summary>Changes the greeting, or what has to be passed to be admitted, for connections that come from now on; no session is touched.</summary>
    /// <param name="change">Gives the new options; those that make the listener or a session what it is must stay as they are.</param>
    /// <exception cref="ChatException"><see cref="ChatErrorCode.TextNotEncodable"/> for the greeting; nothing has changed then.</exception>
    public void Change(Func<ServerOptions, ServerOptions> change)
    {
        lock (_admission)
        {
            ServerOptions options = change(_options);
            _greeting = ServerSession.WrapGreeting(options);
            _options = options;
        }

        OptionsChanged?.Invoke();
    }

    /// <summary>Takes a connection into the books that another process has not admitted.</summary>
    public void Reject(RejectedConnection rejection)
    {
        Interlocked.Increment(ref _rejected);
        lock (_rejections)
        {
            _rejections.Enqueue(rejection);
            while (_rejections.Count > _options.RejectionLimit)
            {
                _rejections.Dequeue();
            }
        }

        ConnectionRejected?.Invoke(rejection);
    }

    /// <summary>True while the session is among <see cref="AllSessions"/>.</summary>
    public bool Keeps(ChatSession session)
    {
        lock (_gate)
        {
            return _live.ContainsKey(session.Id) || _ended.All.Contains(session);
        }
    }

    private static TimeSpan Rest(TimeSpan timeout, TimeSpan elapsed) =>
        timeout == Timeout.InfiniteTimeSpan ? timeout
        : timeout > elapsed ? timeout - elapsed
        : TimeSpan.Zero;

    private static List<ChatSession> Sorted(IEnumerable<ChatSession> sessions)
    {
        List<ChatSession> list = [.. sessions];
        list.Sort(static (a, b) => a.Id.CompareTo(b.Id));
        return list;
    }

    private async Task StopCoreAsync(TimeSpan timeout)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        await StopAcceptingAsync().ConfigureAwait(false);
        long begin = _options.Session.TimeProvider.GetTimestamp();
        await Task.WhenAll(Sessions.Select(s => s.CloseAsync(timeout, CloseReason.ServerStopped))).ConfigureAwait(false);
        await StopHandlersAsync(Rest(timeout, _options.Session.TimeProvider.GetElapsedTime(begin))).ConfigureAwait(false);
        Inbox.Complete();
        _stopped.TrySetResult();
        Change();
    }

    private async Task StopWithinAsync(TimeSpan timeout)
    {
        try
        {
            await _stopped.Task.WaitAsync(timeout, _options.Session.TimeProvider).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            await StopAcceptingAsync().ConfigureAwait(false);
            foreach (ChatSession session in Sessions)
            {
                session.Abort(CloseReason.ServerStopped);
            }

            await StopHandlersAsync(TimeSpan.Zero).ConfigureAwait(false);
            _handlersGivenUp.TrySetResult();
            await _stopped.Task.ConfigureAwait(false);
        }
    }

    /// <summary>Returns when no session will come any more.</summary>
    private async Task StopAcceptingAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        _listener.Dispose();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        // Bounded, because a script of the server's may be among what they wait for.
        await WaitAsync(_admission.WaitUntilEmptyAsync(), HandlerStopTimeout).ConfigureAwait(false);
    }

    /// <summary>Gives the handlers that time to end by themselves, then tells them to.</summary>
    private async Task StopHandlersAsync(TimeSpan grace)
    {
        SessionHandling[] handlings;
        lock (_gate)
        {
            handlings = [.. _handled.Values];
        }

        // Another stop, with less time, may have waited for them already.
        Task ended = Task.WhenAny(Task.WhenAll(handlings.Select(static h => h.Ended)), _handlersGivenUp.Task);
        if (await WaitAsync(ended, grace).ConfigureAwait(false))
        {
            return;
        }

        Array.ForEach(handlings, static h => h.Stop());
        await WaitAsync(ended, HandlerStopTimeout).ConfigureAwait(false);
    }

    private async Task<bool> WaitAsync(Task task, TimeSpan timeout)
    {
        try
        {
            await task.WaitAsync(timeout, _options.Session.TimeProvider).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    /// <summary>Makes a session of a connection; the task ends when the next may be accepted.</summary>
    private Task Accept(Socket socket)
    {
        ServerOptions options = _options;
        SocketTransport transport;
        try
        {
            transport = ServerSession.OpenTransport(socket);
        }
        catch (SocketException e)
        {
            ReportAcceptFailure(e);
            return Task.CompletedTask;
        }

        Task served = Admission.IsNeeded(options) ? AdmitAsync(transport, options) : Begin(Create(transport));

        // Another connection may be accepted while this one is admitted, but for a server that serves one at a time.
        return options.Model == ServerModel.Iterative ? served : Task.CompletedTask;
    }

    private async Task AdmitAsync(SocketTransport transport, ServerOptions options)
    {
        Task served = Task.CompletedTask;
        await _admission.AdmitAsync(transport, options, Create, session => served = Begin(session), Reject, _stopping.Token).ConfigureAwait(false);
        await served.ConfigureAwait(false);
    }

    private ChatSession Create(ITransport transport) => ServerSession.Create(transport, _options, Inbox.NextArrival, _feed);

    /// <summary>Opens a session and has it served; the task ends when the next may be accepted.</summary>
    private Task Begin(ChatSession session)
    {
        if (_options.Handler is null)
        {
            Inbox.Add(session);
        }

        SessionHandling? handling = _options.Handler is { } handler ? new SessionHandling(session, handler) : null;
        Open(session, handling);
        ServerSession.Greet(session, _greeting);
        Task handled = handling is null ? Task.CompletedTask : HandleAsync(session, handling);

        // A stop waits for the accept loop, so this session is among those that it closes in order.
        session.Start();
        return _options.Model == ServerModel.Iterative ? Task.WhenAll(handled, session.WaitForCloseAsync()) : Task.CompletedTask;
    }

    private void Open(ChatSession session, SessionHandling? handling)
    {
        Interlocked.Increment(ref _accepted);
        session.Closed += Ended;
        lock (_gate)
        {
            _live.Add(session.Id, session);
            if (handling is not null)
            {
                // Before anyone knows the session, so that no stop can miss its handler.
                _handled.Add(session.Id, handling);
            }
        }

        Change();
        SessionOpened?.Invoke(session);
    }

    private async Task HandleAsync(ChatSession session, SessionHandling handling)
    {
        await handling.RunAsync().ConfigureAwait(false);
        lock (_gate)
        {
            _handled.Remove(session.Id);
        }
    }

    private void ReportAcceptFailure(SocketException exception)
    {
        Interlocked.Increment(ref _acceptErrors);
        AcceptFailed?.Invoke(exception);
    }

    private void Ended(ChatSession session)
    {
        List<ChatSession> forgotten;
        lock (_gate)
        {
            if (!_live.Remove(session.Id))
            {
                return;
            }

            _endedTotals += SessionTotals.Of(session);
            forgotten = _ended.Add(session);
        }

        Inbox.Forget(forgotten);
        SessionClosed?.Invoke(session);
        foreach (ChatSession gone in forgotten)
        {
            SessionForgotten?.Invoke(gone);
        }

        Change();
    }

    private void Change()
    {
        Interlocked.Increment(ref _version);
        _changed.Fire();
    }
}
