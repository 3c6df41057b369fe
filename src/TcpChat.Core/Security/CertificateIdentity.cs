using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using TcpChat.Errors;

namespace TcpChat.Security;

/// <summary>What this side shows to prove who it is: a certificate with its private key, and the certificates above it.</summary>
public sealed class CertificateIdentity
{
    private CertificateIdentity(X509Certificate2 certificate, X509Certificate2Collection? above)
    {
        Certificate = certificate;
        Context = SslStreamCertificateContext.Create(certificate, above, offline: true);
    }

    /// <summary>The certificate, with its private key.</summary>
    public X509Certificate2 Certificate { get; }

    internal SslStreamCertificateContext Context { get; }

    /// <summary>An identity of a certificate in memory or of a store.</summary>
    /// <param name="certificate">The certificate, with its private key.</param>
    /// <param name="above">The certificates above it, which are sent along.</param>
    /// <exception cref="ChatException"><see cref="ChatErrorCode.CertificateFileInvalid"/>: it has no private key.</exception>
    public static CertificateIdentity Of(X509Certificate2 certificate, X509Certificate2Collection? above = null) =>
        certificate.HasPrivateKey
            ? new CertificateIdentity(certificate, above)
            : throw new ChatException(ChatErrorCode.CertificateFileInvalid, $"The certificate '{certificate.Subject}' has no private key here, so nothing can be proved with it.");
}
