using System.Net.Sockets;
using TcpChat.Errors;
using TcpChat.Sessions;

namespace TcpChat.Transport;

/// <summary>Reads what a failed send or receive says about the connection.</summary>
internal static class TransportFault
{
    /// <summary>True where it was the wire that failed, not the peer that broke a rule of the framing.</summary>
    public static bool IsFault(Exception exception) => exception switch
    {
        ChatException e => e.Code is ChatErrorCode.ConnectionTruncated or ChatErrorCode.TlsAlert or ChatErrorCode.HandshakeFailed,
        _ => exception is IOException or SocketException,
    };

    /// <summary>Why a connection ended that failed with <paramref name="exception"/>.</summary>
    /// <remarks>ETIMEDOUT on an established connection means that keepalive probes or retransmissions stayed without an answer (tcp(7)).</remarks>
    public static CloseReason ToCloseReason(Exception exception) => exception switch
    {
        SocketException { SocketErrorCode: SocketError.TimedOut or SocketError.HostUnreachable or SocketError.NetworkUnreachable } =>
            CloseReason.KeepAliveFailed,
        SocketException { SocketErrorCode: SocketError.OperationAborted or SocketError.Interrupted } => CloseReason.LocalClosed,
        ObjectDisposedException => CloseReason.LocalClosed,

        // With TLS 1.3 a server looks at a client's certificate when the client's handshake is over already.
        ChatException { Code: ChatErrorCode.TlsAlert or ChatErrorCode.HandshakeFailed } => CloseReason.HandshakeFailed,
        _ => CloseReason.PeerReset,
    };
}
