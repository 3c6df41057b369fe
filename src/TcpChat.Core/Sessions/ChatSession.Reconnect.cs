using TcpChat.Clients;
using TcpChat.Errors;
using TcpChat.Transport;

namespace TcpChat.Sessions;

/// <content>
/// A session that makes its connection anew when it was lost. There is one loop, the one that reads: it reads a connection
/// to its end, makes the next, and reads that. Meanwhile the outbox waits.
/// </content>
public sealed partial class ChatSession
{
    private readonly Reconnector? _reconnector;
    private Outage? _outage;
    private long _connectedTimestamp;
    private int _reconnectCount;

    /// <summary>Raised before each attempt to make a connection anew, from the session's own loop. Handlers must not block.</summary>
    public event EventHandler<SessionReconnectingEventArgs>? Reconnecting;

    /// <summary>Raised when there is a connection again, from the session's own loop. Handlers must not block.</summary>
    public event EventHandler<SessionReconnectedEventArgs>? Reconnected;

    /// <summary>True where a lost connection is made again.</summary>
    public bool Reconnects => _reconnector is not null;

    /// <summary>How often a connection was made again.</summary>
    public int ReconnectCount => Volatile.Read(ref _reconnectCount);

    /// <summary>The number of the attempt that is waited for or made now, from 1; 0 while there is a connection.</summary>
    public int ReconnectAttempt => Volatile.Read(ref _outage)?.Attempt ?? 0;

    /// <summary>Messages that waited to be sent, or were sent in part only, when the session could send no more.</summary>
    public long UnsentMessages => _outbox.UnsentMessages;

    /// <summary>The bytes of those messages that were not sent.</summary>
    public long UnsentBytes => _outbox.UnsentBytes;

    /// <summary>Received bytes of messages that were never whole, and were dropped when their connection ended.</summary>
    public long DiscardedBytes => _reader.Dropped;

    private static bool IsLoss(CloseReason cause) =>
        cause is Sessions.CloseReason.PeerClosed or Sessions.CloseReason.PeerReset or Sessions.CloseReason.KeepAliveFailed;

    /// <summary>Reads one connection after the other; true when the last has ended like that of any session, false when the session is over otherwise.</summary>
    private async Task<bool> ReadConnectionsAsync()
    {
        while (true)
        {
            CloseReason cause = Sessions.CloseReason.PeerClosed;
            Exception? error = null;
            try
            {
                await _reader.ReadToEndAsync(_closing.Token).ConfigureAwait(false);
            }
            catch (Exception e) when (TransportFault.IsFault(e))
            {
                cause = TransportFault.ToCloseReason(e);
                error = e;
            }

            bool mayAnswer = error is null && _options.HalfCloseTimeout != TimeSpan.Zero && _sink.AnswersLater;
            if (!BeginOutage(_transport, cause, error, mayAnswer ? ChatSessionState.HalfClosed : null))
            {
                // Closed by this side meanwhile: what the outbox kept for another connection will not have one.
                _outbox.GiveUp(error ?? NoConnection());
                return error is null ? true : throw error;
            }

            if (_state == ChatSessionState.HalfClosed)
            {
                await WaitForAnswersAsync().ConfigureAwait(false);
            }

            if (!await ReconnectAsync().ConfigureAwait(false))
            {
                return false;
            }
        }
    }

    /// <summary>The connection is lost; false where that is the session's end. Of several causes the first counts.</summary>
    /// <param name="transport">The lost connection.</param>
    /// <param name="cause">Why it is lost.</param>
    /// <param name="error">The error behind that, where there is one.</param>
    /// <param name="state">The session's state from now on; null: it stays as it is, until nothing is sent over that connection any more.</param>
    private bool BeginOutage(ITransport transport, CloseReason cause, Exception? error, ChatSessionState? state)
    {
        if (_reconnector is null)
        {
            return false;
        }

        lock (_gate)
        {
            if (IsEnding)
            {
                return false;
            }

            if (transport != _transport)
            {
                // Of a connection before this one.
                return true;
            }

            if (_outage is null && !IsLoss(cause))
            {
                return false;
            }

            long now = _options.TimeProvider.GetTimestamp();
            _outage ??= new Outage(cause, now, _options.TimeProvider.GetElapsedTime(_connectedTimestamp, now)) { Error = error };
            if (state is { } known && _state != ChatSessionState.Reconnecting)
            {
                _state = known;
            }
        }

        _stateChanged.Fire();
        return true;
    }

    private async Task<bool> ReconnectAsync()
    {
        Outage outage = _outage!;
        try
        {
            if (!LeaveConnection(outage))
            {
                return EndReconnecting();
            }

            await _outbox.WaitUntilQuietAsync().ConfigureAwait(false);
            _codec.BeginStream();
            (ITransport? next, int attempts) = await _reconnector!.ConnectAsync(
                outage.Lasted, Trying, e => outage.Error = e, _closing.Token).ConfigureAwait(false);
            if (next is null)
            {
                EndInVain(outage);
                return false;
            }

            if (!TryReplace(next))
            {
                next.Abort();
                return EndReconnecting();
            }

            _outbox.Resume(next);
            _stateChanged.Fire();
            Raise(Reconnected, new SessionReconnectedEventArgs(this, attempts, _options.TimeProvider.GetElapsedTime(outage.Since)));
            return true;
        }
        catch (OperationCanceledException) when (_closing.IsCancellationRequested)
        {
            return EndReconnecting();
        }

        void Trying(int attempt, TimeSpan delay)
        {
            outage.Attempt = attempt;
            _stateChanged.Fire();
            Raise(Reconnecting, new SessionReconnectingEventArgs(this, attempt, _reconnector.Limit, delay, outage.Cause, outage.Error));
        }
    }

    /// <summary>Gives the lost connection up; false where this side has closed the session meanwhile, over that connection if it can.</summary>
    private bool LeaveConnection(Outage outage)
    {
        ITransport lost;
        lock (_gate)
        {
            if (IsEnding)
            {
                return false;
            }
        }

        // Before the state says so: what is sent to a session that is reconnecting waits, and is not given to the lost connection.
        bool isClean = _outbox.Suspend();
        lock (_gate)
        {
            if (IsEnding)
            {
                return false;
            }

            _state = ChatSessionState.Reconnecting;
            lost = _transport;
        }

        _stateChanged.Fire();
        if (isClean && outage.Error is null)
        {
            // A peer that still reads gets all that the system has taken, and then the end.
            lost.Dispose();
        }
        else
        {
            // It must not take the part of a message for a whole one.
            lost.Abort();
        }

        return true;
    }

    private bool TryReplace(ITransport next)
    {
        lock (_gate)
        {
            if (IsEnding)
            {
                return false;
            }

            _transport = next;
            _reader.Attach(next);
            ConnectedAtUtc = _options.TimeProvider.GetUtcNow().UtcDateTime;
            _connectedTimestamp = _options.TimeProvider.GetTimestamp();
            _reconnectCount++;
            _outage = null;
            _state = ChatSessionState.Open;
            return true;
        }
    }

    /// <summary>This side has closed the session; whoever did ends it.</summary>
    private bool EndReconnecting()
    {
        _outbox.GiveUp(NoConnection());
        return false;
    }

    private void EndInVain(Outage outage)
    {
        _outbox.GiveUp(outage.Error ?? NoConnection());
        string unsent = UnsentMessages switch
        {
            0 => string.Empty,
            1 => $" 1 message ({UnsentBytes} bytes) was not sent.",
            long count => $" {count} messages ({UnsentBytes} bytes) were not sent.",
        };
        Cut(outage.Cause, new ChatException(
            ChatErrorCode.ReconnectFailed,
            $"The session {Id} ({Name}) lost its connection ({outage.Cause}), and {_reconnector!.Limit} attempts to make another were in vain. The last: {outage.Error?.Message}{unsent}",
            outage.Error));
    }

    private ChatException NoConnection() =>
        new(ChatErrorCode.SessionClosed, $"The session {Id} ({Name}) was closed while it had no connection.");

    // What a subscriber does wrong is no fault of the session's.
    private void Raise<T>(EventHandler<T>? handlers, T e)
        where T : EventArgs
    {
        foreach (EventHandler<T> handler in Delegate.EnumerateInvocationList(handlers))
        {
            try
            {
                handler(this, e);
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
            }
        }
    }

    /// <summary>The time without a connection.</summary>
    private sealed class Outage(CloseReason cause, long since, TimeSpan lasted)
    {
        private Exception? _error;
        private int _attempt;

        public CloseReason Cause => cause;

        /// <summary>When it began, as the clock's timestamp.</summary>
        public long Since => since;

        /// <summary>How long the connection had lasted.</summary>
        public TimeSpan Lasted => lasted;

        /// <summary>What went wrong last.</summary>
        public Exception? Error
        {
            get => Volatile.Read(ref _error);
            set => Volatile.Write(ref _error, value);
        }

        public int Attempt
        {
            get => Volatile.Read(ref _attempt);
            set => Volatile.Write(ref _attempt, value);
        }
    }
}
