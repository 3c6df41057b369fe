using System.Net.Sockets;
using TcpChat.Sessions;
using TcpChat.Transport;

namespace TcpChat.Servers;

/// <summary>
/// One connection, taken from the listening socket of a server in another process, and served here as that server would.
/// </summary>
public sealed class TakenConnection
{
    private readonly ServerOptions _options;
    private readonly byte[]? _greeting;
    private SessionHandling? _handling;

    private TakenConnection(ChatSession session, ServerOptions options, byte[]? greeting)
    {
        Session = session;
        _options = options;
        _greeting = greeting;
    }

    /// <summary>The session. It reads nothing before <see cref="Start"/>.</summary>
    public ChatSession Session { get; }

    /// <summary>Ends when the session is over and its handler has ended.</summary>
    public Task Ended => Task.WhenAll(_handling?.Ended ?? Task.CompletedTask, Session.WaitForCloseAsync());

    /// <summary>Ends when the peer has all that was sent to it, or has had the time for it. To be read when the session is over.</summary>
    public Task Released => Session.Released;

    /// <summary>Waits for a connection, takes it, and closes the copy of the listening socket.</summary>
    /// <param name="ticket">From the server's <see cref="ListenerShare.TicketFor"/>.</param>
    /// <param name="options">How the session behaves, what answers it, and what there is to pass before it is one.</param>
    /// <param name="admitting">Told true when a connection begins to pass what there is, and false when it was not admitted and the next is waited for.</param>
    /// <param name="rejected">Told of each that was not admitted.</param>
    /// <param name="cancellationToken">Ends the wait for a connection, but not the admission of one that was taken; after that, none is waited for.</param>
    /// <exception cref="SocketException">Accepting failed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    public static async Task<TakenConnection> TakeAsync(
        byte[] ticket, ServerOptions options, Action<bool>? admitting, Action<RejectedConnection>? rejected, CancellationToken cancellationToken)
    {
        options.Session.ThrowIfInvalid();
        byte[]? greeting = ServerSession.WrapGreeting(options);
        using Socket listener = ListenerShare.Open(ticket);
        Admission admission = new();
        while (true)
        {
            Socket socket = await listener.AcceptAsync(cancellationToken).ConfigureAwait(false);
            SocketTransport transport;
            try
            {
                transport = ServerSession.OpenTransport(socket);
            }
            catch (SocketException)
            {
                // That client has gone already: the next may come.
                continue;
            }

            if (!Admission.IsNeeded(options))
            {
                return new TakenConnection(ServerSession.Create(transport, options), options, greeting);
            }

            admitting?.Invoke(true);
            ChatSession? session = null;
            await admission.AdmitAsync(
                transport,
                options,
                wire => ServerSession.Create(wire, options),
                admitted => session = admitted,
                rejection => rejected?.Invoke(rejection),
                CancellationToken.None).ConfigureAwait(false);
            if (session is not null)
            {
                return new TakenConnection(session, options, greeting);
            }

            admitting?.Invoke(false);
        }
    }

    /// <summary>Greets, starts the handler, and begins to read.</summary>
    public void Start()
    {
        ServerSession.Greet(Session, _greeting);
        if (_options.Handler is { } handler)
        {
            _handling = new SessionHandling(Session, handler);
            _ = _handling.RunAsync();
        }

        Session.Start();
    }

    /// <summary>Tells the handler to stop, and closes the session in order within that time.</summary>
    public Task StopAsync(TimeSpan timeout)
    {
        // In this order: what the handler then makes of the stop is not the first cause.
        Task closing = Session.CloseAsync(timeout);
        _handling?.Stop();
        return closing;
    }
}
