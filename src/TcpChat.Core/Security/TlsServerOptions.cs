namespace TcpChat.Security;

/// <summary>How this side speaks TLS as the one that was connected to. TLS 1.2 and 1.3 only.</summary>
public sealed record TlsServerOptions
{
    /// <summary>How long a handshake may take unless set, in seconds.</summary>
    public const double DefaultHandshakeTimeoutSec = 10;

    /// <summary>What this side shows.</summary>
    public required CertificateIdentity Identity { get; init; }

    /// <summary>Which certificates of clients are accepted, one being required; null: none is asked for.</summary>
    public PeerTrust? ClientTrust { get; init; }
}
