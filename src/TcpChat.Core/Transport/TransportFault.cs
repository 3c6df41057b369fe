using System.Net.Sockets;
using TcpChat.Sessions;

namespace TcpChat.Transport;

/// <summary>Reads what a failed send or receive says about the connection.</summary>
internal static class TransportFault
{
    /// <summary>Why a connection ended that failed with <paramref name="exception"/>.</summary>
    /// <remarks>ETIMEDOUT on an established connection means that keepalive probes or retransmissions stayed without an answer (tcp(7)).</remarks>
    public static CloseReason ToCloseReason(Exception exception) => exception switch
    {
        SocketException { SocketErrorCode: SocketError.TimedOut or SocketError.HostUnreachable or SocketError.NetworkUnreachable } =>
            CloseReason.KeepAliveFailed,
        SocketException { SocketErrorCode: SocketError.OperationAborted or SocketError.Interrupted } => CloseReason.LocalClosed,
        ObjectDisposedException => CloseReason.LocalClosed,
        _ => CloseReason.PeerReset,
    };
}
