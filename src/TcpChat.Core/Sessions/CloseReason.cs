namespace TcpChat.Sessions;

/// <summary>Why a session ended. Set once, by the first cause.</summary>
public enum CloseReason
{
    /// <summary>The peer closed its side in order.</summary>
    PeerClosed,

    /// <summary>This side closed.</summary>
    LocalClosed,

    /// <summary>The peer, or something between, cut the connection.</summary>
    PeerReset,

    /// <summary>Nothing was received for longer than allowed.</summary>
    IdleTimeout,

    /// <summary>The peer did not answer TCP's own probes.</summary>
    KeepAliveFailed,

    /// <summary>The TLS handshake did not succeed.</summary>
    HandshakeFailed,

    /// <summary>The peer sent a message larger than allowed.</summary>
    MessageTooLarge,

    /// <summary>The peer did not read what was sent, and the outbox was full.</summary>
    SlowReader,

    /// <summary>A limit or a list of the server did not allow it.</summary>
    Rejected,

    /// <summary>The server was stopped.</summary>
    ServerStopped,

    /// <summary>The handler failed.</summary>
    HandlerFailed,

    /// <summary>The peer broke the rules of the framing.</summary>
    ProtocolError,
}
