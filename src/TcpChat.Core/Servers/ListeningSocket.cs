using System.Net;
using System.Net.Sockets;
using TcpChat.Errors;

namespace TcpChat.Servers;

/// <summary>Opens the socket that a server listens on.</summary>
internal static class ListeningSocket
{
    public static Socket Open(IPAddress address, int port, int backlog)
    {
        IPEndPoint endPoint = new(address, port);
        Socket? socket = null;
        try
        {
            socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            if (address.Equals(IPAddress.IPv6Any))
            {
                socket.DualMode = true;
            }

            socket.Bind(endPoint);
            socket.Listen(backlog);
            return socket;
        }
        catch (SocketException e)
        {
            socket?.Dispose();
            throw Explain(e, endPoint);
        }
    }

    private static ChatException Explain(SocketException e, IPEndPoint endPoint) => e.SocketErrorCode switch
    {
        SocketError.AddressAlreadyInUse => new ChatException(
            ChatErrorCode.PortInUse, $"Another socket listens at {endPoint}. Choose another port, or 0 to let the system choose.", e),
        SocketError.AddressNotAvailable or SocketError.AddressFamilyNotSupported => new ChatException(
            ChatErrorCode.AddressNotAvailable, $"{endPoint.Address} is no address of this machine, so nothing can listen there.", e),
        SocketError.AccessDenied => new ChatException(
            ChatErrorCode.PortAccessDenied, $"The system does not let this user listen at {endPoint}. Ports below 1024 often need more rights.", e),
        _ => new ChatException(ChatErrorCode.ListenFailed, $"Cannot listen at {endPoint}: {e.Message}", e),
    };
}
