namespace TcpChat.Security;

/// <summary>How this side speaks TLS as the one that connects. TLS 1.2 and 1.3 only.</summary>
public sealed record TlsClientOptions
{
    /// <summary>The name or address that the server's certificate must be for, and that it is asked for (SNI); null: the one that is connected to.</summary>
    public string? TargetHost { get; init; }

    /// <summary>Which certificates of the server are accepted.</summary>
    public PeerTrust Trust { get; init; } = new();

    /// <summary>What this side shows where the server asks for a certificate; null: nothing.</summary>
    public CertificateIdentity? Identity { get; init; }
}
