using System.Net;
using TcpChat.Errors;
using TcpChat.Sessions;

namespace TcpChat.Servers;

/// <summary>A connection that was not admitted, and so never became a session.</summary>
/// <param name="RemoteEndPoint">Where it came from.</param>
/// <param name="Reason">Why it ended: <see cref="CloseReason.HandshakeFailed"/> or <see cref="CloseReason.Rejected"/>.</param>
/// <param name="Error">What was wrong.</param>
/// <param name="Time">When, in local time.</param>
public sealed record RejectedConnection(EndPoint? RemoteEndPoint, CloseReason Reason, ChatException Error, DateTime Time)
{
    /// <inheritdoc/>
    public override string ToString() => $"{RemoteEndPoint}: {Error.Message}";
}
