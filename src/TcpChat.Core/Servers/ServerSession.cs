using System.Net.Sockets;
using TcpChat.Errors;
using TcpChat.Sessions;
using TcpChat.Text;
using TcpChat.Transport;

namespace TcpChat.Servers;

/// <summary>Makes a server's sessions of accepted connections, in whichever process they were accepted.</summary>
internal static class ServerSession
{
    /// <summary>The greeting as it goes over the wire, if there is one.</summary>
    /// <exception cref="ChatException"><see cref="ChatErrorCode.TextNotEncodable"/>.</exception>
    public static byte[]? WrapGreeting(ServerOptions options) =>
        options.Greeting is null ? null : new TextCodec(options.Session.Encoding).Wrap(options.Greeting, options.Session.Framing);

    /// <summary>An accepted connection as a session uses it.</summary>
    /// <exception cref="SocketException">The client has gone already; some systems tell so only now. The socket is disposed.</exception>
    public static SocketTransport OpenTransport(Socket socket)
    {
        try
        {
            KeepAlive.Enable(socket);
            return new SocketTransport(socket);
        }
        catch (SocketException)
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Makes a session, which reads nothing yet.</summary>
    public static ChatSession Create(ITransport transport, ServerOptions options, Func<long>? nextArrival = null, MessageFeed? notices = null) =>
        new(transport, options.Session, $"{transport.RemoteEndPoint}", session => MakeSink(session, options, notices), nextArrival)
        {
            IsServerSide = true,
        };

    /// <summary>Sends the greeting, without waiting.</summary>
    public static void Greet(ChatSession session, byte[]? greeting)
    {
        if (greeting is not null)
        {
            _ = GreetAsync(session, greeting);
        }
    }

    private static async Task GreetAsync(ChatSession session, byte[] greeting)
    {
        try
        {
            await session.SendFramesAsync(greeting, 1).ConfigureAwait(false);
        }
        catch (ChatException)
        {
            // The peer has gone before it could be greeted; the session's CloseReason tells how.
        }
    }

    private static SessionSink MakeSink(ChatSession session, ServerOptions options, MessageFeed? notices) => options.Answer switch
    {
        ServerAnswer.Echo when options.Handler is null => new EchoSink(session, options.Session.Framing, notices),
        _ => new InboxSink(session, options.Handler is null ? null : notices),
    };
}
