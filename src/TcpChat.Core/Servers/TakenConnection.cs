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
    /// <param name="options">How the session behaves, and what answers it.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="SocketException">Accepting failed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    public static async Task<TakenConnection> TakeAsync(byte[] ticket, ServerOptions options, CancellationToken cancellationToken)
    {
        options.Session.ThrowIfInvalid();
        byte[]? greeting = ServerSession.WrapGreeting(options);
        using Socket listener = ListenerShare.Open(ticket);
        while (true)
        {
            Socket socket = await listener.AcceptAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                return new TakenConnection(ServerSession.Create(ServerSession.OpenTransport(socket), options), options, greeting);
            }
            catch (SocketException)
            {
                // That client has gone already: the next may come.
            }
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
