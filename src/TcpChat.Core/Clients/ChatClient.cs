using System.Net.Sockets;
using TcpChat.Errors;
using TcpChat.Security;
using TcpChat.Sessions;
using TcpChat.Transport;

namespace TcpChat.Clients;

/// <summary>Makes sessions from the client's end.</summary>
public static class ChatClient
{
    /// <summary>Resolves the name, tries its addresses, and gives the session of the first that answers.</summary>
    /// <exception cref="ChatException">
    /// <see cref="ChatErrorCode.NameNotFound"/>, <see cref="ChatErrorCode.ConnectionRefused"/>,
    /// <see cref="ChatErrorCode.HostUnreachable"/>, <see cref="ChatErrorCode.ConnectTimeout"/> or
    /// <see cref="ChatErrorCode.ConnectFailed"/>.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    public static Task<ChatSession> ConnectAsync(ClientOptions options, CancellationToken cancellationToken = default) =>
        ConnectAsync(options, random: null, cancellationToken);

    /// <param name="options">Where to, and how.</param>
    /// <param name="random">What the waits before reconnecting are made of, as <see cref="Reconnector"/> has it.</param>
    /// <param name="cancellationToken">Ends it.</param>
    internal static async Task<ChatSession> ConnectAsync(ClientOptions options, Func<double>? random, CancellationToken cancellationToken = default)
    {
        options.ThrowIfInvalid();
        return Start(await DialAsync(options, cancellationToken).ConfigureAwait(false), options, random);
    }

    /// <summary>The session of a connection that has been made, with all that comes before the first message.</summary>
    internal static ChatSession Start(ITransport transport, ClientOptions options, Func<double>? random = null)
    {
        ChatSession session = new(
            transport,
            options.Session,
            options.Name ?? $"{options.ComputerName}:{options.Port}",
            static session => new InboxSink(session),
            reconnector: options.Reconnect is { } policy
                ? new Reconnector(stop => DialAsync(options, stop), policy, options.Session.TimeProvider, random)
                : null)
        {
            ConnectedTo = options.ComputerName,
        };
        session.Start();
        return session;
    }

    private static async Task<ITransport> DialAsync(ClientOptions options, CancellationToken cancellationToken)
    {
        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (options.ConnectTimeout == TimeSpan.Zero)
        {
            // Now, and not by a timer, which a connection on this machine may forestall.
            await deadline.CancelAsync().ConfigureAwait(false);
        }
        else
        {
            deadline.CancelAfter(options.ConnectTimeout);
        }

        ITransport? transport = null;
        try
        {
            AddressDialer dialer = new(options.ComputerName, options.Port);
            transport = OpenTransport(await dialer.ConnectAsync(deadline.Token).ConfigureAwait(false), options);
            return await PrepareAsync(transport, options, deadline.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            string time = $"within {options.ConnectTimeout.TotalSeconds:0.###} s";
            throw transport is null
                ? new ChatException(ChatErrorCode.ConnectTimeout, $"No connection to {options.ComputerName} port {options.Port} {time}.")
                : options.Tls is null ? new ChatException(ChatErrorCode.ConnectTimeout, $"{options.ComputerName} port {options.Port} did not take the access token {time}.")
                : new ChatException(
                    ChatErrorCode.HandshakeTimeout,
                    $"{options.ComputerName} port {options.Port} took the connection, but the TLS handshake was not complete {time}; perhaps it does not speak TLS there.");
        }
    }

    /// <summary>Does what comes before the first message: begins TLS, shows the access token. Where that fails, the connection is closed.</summary>
    private static async Task<ITransport> PrepareAsync(ITransport transport, ClientOptions options, CancellationToken cancellationToken)
    {
        if (options.Tls is not null)
        {
            transport = await ProtectAsync(transport, options, cancellationToken).ConfigureAwait(false);
        }

        if (options.AccessToken is { } token)
        {
            await ShowAsync(transport, options, token, cancellationToken).ConfigureAwait(false);
        }

        return transport;
    }

    /// <summary>Shows the access token. Where that fails, the connection is closed.</summary>
    internal static async Task ShowAsync(ITransport transport, ClientOptions options, AccessToken token, CancellationToken cancellationToken)
    {
        try
        {
            await transport.SendAsync(options.Session.Framing.Wrap(token.Bytes)).AsTask().WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            transport.Abort();
            if (e is SocketException or ObjectDisposedException or IOException)
            {
                throw new ChatException(ChatErrorCode.ConnectFailed, $"{options.ComputerName} port {options.Port} closed the connection at once: {e.Message}", e);
            }

            throw;
        }
    }

    /// <summary>Begins TLS. Where that fails, the connection is closed.</summary>
    internal static async Task<ITransport> ProtectAsync(ITransport transport, ClientOptions options, CancellationToken cancellationToken)
    {
        try
        {
            return await TlsHandshake.ConnectAsync(transport, options.Tls!, options.ComputerName, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            string target = $"{options.ComputerName} port {options.Port}";
            switch (e)
            {
                case OperationCanceledException:
                    transport.Abort();
                    throw;
                case SocketException or ObjectDisposedException:
                    transport.Abort();
                    throw new ChatException(ChatErrorCode.HandshakeFailed, $"{target}: the connection was lost during the TLS handshake: {e.Message}", e);
                case ChatException failure:
                    _ = transport.EndAsync();
                    throw new ChatException(failure.Code, $"{target}: {failure.Message}", e) { PeerCertificate = failure.PeerCertificate };
                default:
                    transport.Abort();
                    throw;
            }
        }
    }

    /// <summary>Makes a connection ready; nothing has been sent by it.</summary>
    internal static SocketTransport OpenTransport(Socket socket, ClientOptions options)
    {
        try
        {
            if (Equals(socket.LocalEndPoint, socket.RemoteEndPoint))
            {
                // Who calls a free port of this machine again and again meets itself one day: the system lends it that very port.
                socket.Dispose();
                throw new ChatException(
                    ChatErrorCode.ConnectionRefused, $"Nobody listens at {options.ComputerName} port {options.Port}: the connection was one with itself.");
            }

            KeepAlive.Enable(socket);
            return new SocketTransport(socket);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new ChatException(
                ChatErrorCode.ConnectFailed, $"{options.ComputerName} port {options.Port} closed the connection at once: {e.Message}", e);
        }
    }
}
