using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace TcpChat.Security;

/// <summary>What is known of the TLS under a session.</summary>
public sealed record TlsFacts
{
    /// <summary>The version: Tls12 or Tls13.</summary>
    public required SslProtocols Protocol { get; init; }

    /// <summary>The cipher suite, by its name at IANA.</summary>
    public required TlsCipherSuite CipherSuite { get; init; }

    /// <summary>The name that the client has asked for (SNI); null where it has asked for none, as for an address.</summary>
    public string? ServerName { get; init; }

    /// <summary>The certificate that the peer has shown; null where it has shown none.</summary>
    public X509Certificate2? PeerCertificate { get; init; }

    /// <summary>True where the peer's certificate was checked and accepted; false where there is none, or the check was skipped.</summary>
    public bool IsPeerVerified { get; init; }

    /// <summary>Whom the peer's certificate is for, as a distinguished name.</summary>
    public string? PeerSubject => PeerCertificate?.Subject;

    /// <summary>The SHA-256 thumbprint of the peer's certificate.</summary>
    public string? PeerThumbprint => PeerCertificate is null ? null : Thumbprint.Of(PeerCertificate);

    /// <summary>In a line that a terminal can be shown: version, cipher suite, whose certificate the peer has shown, and whether it was checked.</summary>
    public override string ToString() => PeerCertificate is null
        ? $"{Protocol}, {CipherSuite}"
        : $"{Protocol}, {CipherSuite}, {CertificateText.Subject(PeerCertificate)} {(IsPeerVerified ? "verified" : "not verified")}";
}
