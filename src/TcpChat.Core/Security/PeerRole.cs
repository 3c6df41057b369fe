namespace TcpChat.Security;

/// <summary>Which end of a TLS connection the peer is.</summary>
internal enum PeerRole
{
    /// <summary>The peer accepted the connection, or answers for the one that did.</summary>
    Server,

    /// <summary>The peer connected.</summary>
    Client,
}
