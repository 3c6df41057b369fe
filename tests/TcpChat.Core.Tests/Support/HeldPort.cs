using System.Net;
using System.Net.Sockets;

namespace TcpChat.Core.Tests.Support;

/// <summary>
/// A port that stays this test's while nobody listens at it, so that a server can go and come again: bound and not
/// listened at, the system gives it to nobody else and refuses connections.
/// </summary>
internal sealed class HeldPort : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    public HeldPort()
    {
        // Both need it on Linux: the one that holds and the one that listens.
        _socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
    }

    public int Number => ((IPEndPoint)_socket.LocalEndPoint!).Port;

    public void Dispose() => _socket.Dispose();
}
