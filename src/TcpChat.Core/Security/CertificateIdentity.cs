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
        Above = above ?? [];
        Context = SslStreamCertificateContext.Create(certificate, above, offline: true);
    }

    /// <summary>The certificate, with its private key.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>The certificates above it, as they were given.</summary>
    internal X509Certificate2Collection Above { get; }

    internal SslStreamCertificateContext Context { get; }

    /// <summary>An identity of a certificate in memory or of a store.</summary>
    /// <param name="certificate">The certificate, with its private key.</param>
    /// <param name="above">The certificates above it, which are sent along.</param>
    /// <exception cref="ChatException"><see cref="ChatErrorCode.CertificateFileInvalid"/>: it has no private key.</exception>
    public static CertificateIdentity Of(X509Certificate2 certificate, X509Certificate2Collection? above = null) =>
        certificate.HasPrivateKey
            ? new CertificateIdentity(certificate, above)
            : throw new ChatException(ChatErrorCode.CertificateFileInvalid, $"The certificate '{certificate.Subject}' has no private key here, so nothing can be proved with it.");

    /// <summary>An identity of files.</summary>
    /// <param name="certificatePath">
    /// PEM, the certificate first and those above it after it, which are sent along; DER; or PFX (PKCS#12), told by what is in it.
    /// At most 1 MiB.
    /// </param>
    /// <param name="keyPath">
    /// PEM with the certificate's private key, RSA or elliptic curve, in PKCS#8, plain or encrypted, or in OpenSSL's plain older forms;
    /// null: it is in the same file. At most 1 MiB.
    /// </param>
    /// <param name="password">What the key or the PFX is encrypted with; empty: none. It is not kept.</param>
    /// <exception cref="ChatException">
    /// <see cref="ChatErrorCode.FileNotFound"/>, <see cref="ChatErrorCode.PathIsFolder"/>, <see cref="ChatErrorCode.FileAccessDenied"/>,
    /// <see cref="ChatErrorCode.FileReadFailed"/>; <see cref="ChatErrorCode.CertificateFileInvalid"/>, which says what is wrong; or
    /// <see cref="ChatErrorCode.KeyPasswordWrong"/>: it is wrong, or needed and not given.
    /// </exception>
    public static CertificateIdentity FromFile(string certificatePath, string? keyPath = null, ReadOnlySpan<char> password = default) =>
        IdentityReader.Read(certificatePath, keyPath, password);
}
