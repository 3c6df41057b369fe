using System.Net;
using TcpChat.Security;
using TcpChat.Sessions;

namespace TcpChat.Servers;

/// <summary>What a server does with messages.</summary>
public enum ServerAnswer
{
    /// <summary>They wait in the session's inbox for a script to take them.</summary>
    Inbox,

    /// <summary>Each is sent back.</summary>
    Echo,
}

/// <summary>How a server listens and serves.</summary>
public sealed record ServerOptions
{
    /// <summary>The default length asked for the queue of connections not accepted yet. The system caps it (net.core.somaxconn on Linux).</summary>
    public const int DefaultBacklog = 4096;

    /// <summary>How long a server's session may still answer a peer that has closed its side unless set, in seconds.</summary>
    public const double DefaultHalfCloseTimeoutSec = 2;

    /// <summary>How many connections may be waiting to be admitted at the same time unless set.</summary>
    public const int DefaultHandshakeLimit = 256;

    /// <summary>Its name.</summary>
    public string? Name { get; init; }

    /// <summary>Where to listen. <see cref="IPAddress.IPv6Any"/> listens on IPv4 as well.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>The port; 0: the system chooses.</summary>
    public int Port { get; init; }

    /// <summary>How many connections the system is asked to keep until they are accepted.</summary>
    public int Backlog { get; init; } = DefaultBacklog;

    /// <summary>How several clients are served.</summary>
    public ServerModel Model { get; init; }

    /// <summary>What happens with messages, where there is no handler.</summary>
    public ServerAnswer Answer { get; init; }

    /// <summary>What answers each session.</summary>
    public SessionHandler? Handler { get; init; }

    /// <summary>Text sent to each new session as its first message.</summary>
    public string? Greeting { get; init; }

    /// <summary>How TLS is spoken from the first byte on; null: not at all.</summary>
    public TlsServerOptions? Tls { get; init; }

    /// <summary>
    /// Asked about each connection before anything of the conversation is read; false turns it away. The session it is
    /// given reads nothing yet, and is announced to nobody; something may be sent by it. Null: nobody is asked.
    /// </summary>
    public Func<ChatSession, CancellationToken, Task<bool>>? OnConnect { get; init; }

    /// <summary>What a client's first message must be; null: nothing.</summary>
    public AccessToken? AccessToken { get; init; }

    /// <summary>How long a connection may take to be admitted: TLS handshake, <see cref="OnConnect"/> and <see cref="AccessToken"/> together.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(TlsServerOptions.DefaultHandshakeTimeoutSec);

    /// <summary>How many connections may be waiting to be admitted at the same time; with one more, the oldest is cut.</summary>
    public int HandshakeLimit { get; init; } = DefaultHandshakeLimit;

    /// <summary>How many connections that were not admitted are kept to be looked at.</summary>
    public int RejectionLimit { get; init; } = 100;

    /// <summary>How many ended sessions are kept to be looked at when nothing of theirs is unread.</summary>
    public int EndedSessionLimit { get; init; } = 100;

    /// <summary>How many ended sessions are kept because they have messages that nobody has taken; then the oldest goes, and its messages are counted as dropped.</summary>
    public int EndedUnreadSessionLimit { get; init; } = 1000;

    /// <summary>How its sessions behave.</summary>
    public SessionOptions Session { get; init; } = new() { HalfCloseTimeout = TimeSpan.FromSeconds(DefaultHalfCloseTimeoutSec) };
}
