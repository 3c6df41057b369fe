using TcpChat.Display;
using TcpChat.Sessions;

namespace TcpChat.Consoles;

/// <summary>How a console says that a session is over.</summary>
internal static class CloseText
{
    /// <summary>For example: <c>server shutdown!</c>, and with the reason where the peer did not close in order.</summary>
    /// <param name="session">A session from which no message comes any more.</param>
    /// <param name="peer">What the other side is called.</param>
    public static string Of(ChatSession session, string peer) => session.CloseReason switch
    {
        null or CloseReason.PeerClosed => $"{peer} shutdown!",
        CloseReason.LocalClosed or CloseReason.ServerStopped => $"{peer} disconnected by this side ({session.CloseReason})",
        CloseReason reason => $"{peer} shutdown! ({reason}{(session.Error is { } error ? ": " + DisplayText.Clean(error.Message) : string.Empty)})",
    };
}
