using System.Net.Sockets;
using TcpChat.Errors;
using TcpChat.Sessions;
using TcpChat.Threading;
using TcpChat.Transport;

namespace TcpChat.Servers;

/// <summary>
/// What a connection has to pass before it is a session: the TLS handshake, the server's script, the access token. Beside
/// the accept loop, so that a peer that says nothing holds nobody up; bounded in time and in number, of which the oldest goes.
/// </summary>
internal sealed class Admission
{
    private readonly Lock _gate = new();
    private readonly LinkedList<CancellationTokenSource> _underWay = [];
    private readonly Pulse _changed = new();

    /// <summary>How many are under way.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _underWay.Count;
            }
        }
    }

    /// <summary>True where there is anything to pass.</summary>
    public static bool IsNeeded(ServerOptions options) => options.Tls is not null || options.OnConnect is not null || options.AccessToken is not null;

    /// <summary>Lets a connection pass, or closes it.</summary>
    /// <param name="transport">The connection.</param>
    /// <param name="options">What there is to pass.</param>
    /// <param name="create">Makes the session, which reads nothing yet.</param>
    /// <param name="admitted">Takes the session, before this counts as over.</param>
    /// <param name="rejected">Told why it was not admitted; not where the server stops.</param>
    /// <param name="stopping">Cancelled when the server stops.</param>
    public async Task AdmitAsync(
        ITransport transport,
        ServerOptions options,
        Func<ITransport, ChatSession> create,
        Action<ChatSession> admitted,
        Action<RejectedConnection> rejected,
        CancellationToken stopping)
    {
        using CancellationTokenSource displaced = new();
        using CancellationTokenSource timer = new(options.HandshakeTimeout, options.Session.TimeProvider);
        using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(displaced.Token, timer.Token, stopping);
        LinkedListNode<CancellationTokenSource> place = Enter(displaced, options.HandshakeLimit);
        Connection connection = new(transport, options);
        try
        {
            admitted(await connection.PassAsync(create, ended.Token).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            connection.Cut();
            if (!stopping.IsCancellationRequested)
            {
                rejected(connection.Describe(displaced.IsCancellationRequested
                    ? new(ChatErrorCode.TooManyHandshakes, $"More than {options.HandshakeLimit} connections were waiting to be admitted, and this one had waited longest.")
                    : connection.TimeoutError));
            }
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            ChatException error = connection.Explain(e);
            rejected(connection.Describe(error));
            await connection.EndAsync(error).ConfigureAwait(false);
        }
        finally
        {
            Leave(place);
        }
    }

    /// <summary>Waits until none is under way.</summary>
    public Task WaitUntilEmptyAsync() => _changed.WaitUntilAsync(() => Count == 0, CancellationToken.None);

    private LinkedListNode<CancellationTokenSource> Enter(CancellationTokenSource displaced, int limit)
    {
        CancellationTokenSource? oldest = null;
        LinkedListNode<CancellationTokenSource> place;
        lock (_gate)
        {
            if (_underWay.Count >= limit)
            {
                oldest = _underWay.First!.Value;
                _underWay.RemoveFirst();
            }

            place = _underWay.AddLast(displaced);
        }

        try
        {
            oldest?.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // It has come to its end by itself at this very moment.
        }

        return place;
    }

    private void Leave(LinkedListNode<CancellationTokenSource> place)
    {
        lock (_gate)
        {
            // The oldest of too many has no place any more.
            place.List?.Remove(place);
        }

        _changed.Fire();
    }

    /// <summary>One connection on its way.</summary>
    private sealed class Connection(ITransport transport, ServerOptions options)
    {
        /// <summary>How long the rest of what a script said to a client it turned away may take.</summary>
        private static readonly TimeSpan s_lastWordTimeout = TimeSpan.FromSeconds(1);

        private ITransport _transport = transport;
        private ChatSession? _session;
        private bool _protecting;
        private bool _asking;

        /// <summary>The time was up.</summary>
        public ChatException TimeoutError
        {
            get
            {
                string time = $"{options.HandshakeTimeout.TotalSeconds:0.###} s";
                return _protecting ? new(ChatErrorCode.HandshakeTimeout, $"The TLS handshake was not complete within {time}.")
                    : _asking ? new(ChatErrorCode.TurnedAway, $"The script that admits connections had not ended within {time}.")
                    : new(ChatErrorCode.AccessDenied, $"No access token came within {time}.");
            }
        }

        public async Task<ChatSession> PassAsync(Func<ITransport, ChatSession> create, CancellationToken ended)
        {
            if (options.Tls is { } tls)
            {
                _protecting = true;
                _transport = await TlsHandshake.AcceptAsync(_transport, tls, ended).ConfigureAwait(false);
                _protecting = false;
            }

            _session = create(_transport);
            if (options.OnConnect is { } ask)
            {
                _asking = true;
                if (!await ask(_session, ended).WaitAsync(ended).ConfigureAwait(false))
                {
                    throw new ChatException(ChatErrorCode.TurnedAway, "The script that admits connections turned it away.");
                }

                _asking = false;
            }

            if (options.AccessToken is { } token)
            {
                _session.Preload(await AccessTokenReader.ReadAsync(_transport, options.Session.Framing, token, ended).ConfigureAwait(false));
            }

            ended.ThrowIfCancellationRequested();
            return _session;
        }

        public void Cut()
        {
            _session?.Abort(CloseReason.Rejected);
            _transport.Abort();
        }

        public ChatException Explain(Exception exception) => exception as ChatException ?? new ChatException(
            _asking ? ChatErrorCode.TurnedAway : ChatErrorCode.HandshakeFailed,
            exception is SocketException or ObjectDisposedException or IOException
                ? $"The connection was lost before it was admitted: {exception.Message}"
                : $"The connection was not admitted: {exception.Message}",
            exception);

        public async Task EndAsync(ChatException error)
        {
            if (_session is null)
            {
                await _transport.EndAsync().ConfigureAwait(false);
                return;
            }

            if (error.Code == ChatErrorCode.AccessDenied)
            {
                await SayDeniedAsync(_session).ConfigureAwait(false);
            }

            // In order, so that what a script has said to it arrives.
            await _session.CloseAsync(s_lastWordTimeout, CloseReason.Rejected).ConfigureAwait(false);
        }

        public RejectedConnection Describe(ChatException error) => new(
            _transport.RemoteEndPoint,
            _session is null ? CloseReason.HandshakeFailed : CloseReason.Rejected,
            error,
            options.Session.TimeProvider.GetLocalNow().DateTime);

        private static async Task SayDeniedAsync(ChatSession session)
        {
            try
            {
                await session.SendAsync("Access denied.").ConfigureAwait(false);
            }
            catch (ChatException)
            {
                // Gone already.
            }
        }
    }
}
