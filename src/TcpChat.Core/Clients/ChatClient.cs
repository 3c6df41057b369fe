using System.Net.Sockets;
using TcpChat.Errors;
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
    public static async Task<ChatSession> ConnectAsync(ClientOptions options, CancellationToken cancellationToken = default)
    {
        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(options.ConnectTimeout);
        try
        {
            AddressDialer dialer = new(options.ComputerName, options.Port);
            Socket socket = await dialer.ConnectAsync(deadline.Token).ConfigureAwait(false);
            return Open(socket, options);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ChatException(
                ChatErrorCode.ConnectTimeout,
                $"No connection to {options.ComputerName} port {options.Port} within {options.ConnectTimeout.TotalSeconds:0.###} s.");
        }
    }

    /// <summary>The session of a connection that has been made.</summary>
    internal static ChatSession Open(Socket socket, ClientOptions options)
    {
        try
        {
            KeepAlive.Enable(socket);
            ChatSession session = new(
                new SocketTransport(socket),
                options.Session,
                options.Name ?? $"{options.ComputerName}:{options.Port}",
                static session => new InboxSink(session));
            session.Start();
            return session;
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new ChatException(
                ChatErrorCode.ConnectFailed, $"{options.ComputerName} port {options.Port} closed the connection at once: {e.Message}", e);
        }
    }
}
