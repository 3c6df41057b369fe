using System.Net;
using TcpChat.Security;
using TcpChat.Servers;

namespace TcpChat.Sessions;

/// <summary>
/// The process that holds a session's connection, as the server sees it whose session it is. The session is read, written
/// and answered there; what is known of it here is what that process tells.
/// </summary>
public interface ISessionProcess
{
    /// <summary>The system's number of the process.</summary>
    int ProcessId { get; }

    /// <summary>The peer's address and port.</summary>
    EndPoint? RemoteEndPoint { get; }

    /// <summary>This side's address and port.</summary>
    EndPoint? LocalEndPoint { get; }

    /// <summary>What is known of the TLS under the session; null: there is none.</summary>
    TlsFacts? Tls => null;

    /// <summary>What the session has sent and received, as last told.</summary>
    SessionTotals Totals { get; }

    /// <summary>Ends when the session and its handler are over, and says how. Never fails.</summary>
    Task<SessionOutcome> Ended { get; }

    /// <summary>Ends when the process is gone. Never fails.</summary>
    Task Exited { get; }

    /// <summary>
    /// Tells it to stop the handler, to close the session in order within that time, and to exit. Returns at once; the
    /// process is gone soon after that time, whatever it does.
    /// </summary>
    void RequestStop(TimeSpan timeout);

    /// <summary>Ends it at once, and all processes that it has started. Returns at once.</summary>
    void Kill();
}
