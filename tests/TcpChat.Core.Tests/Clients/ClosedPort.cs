using System.Net;
using System.Net.Sockets;

namespace TcpChat.Core.Tests.Clients;

internal static class ClosedPort
{
    /// <summary>A port that was free a moment ago.</summary>
    public static int Find()
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Any, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
