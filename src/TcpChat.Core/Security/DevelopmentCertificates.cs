using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using TcpChat.Errors;

namespace TcpChat.Security;

/// <summary>Makes authorities and certificates for development, as PEM files: NAME.pem, and NAME.key.pem for its owner alone.</summary>
public static class DevelopmentCertificates
{
    /// <summary>What a new authority's files are called.</summary>
    public const string AuthorityName = "authority";

    private const string CertificateSuffix = ".pem";
    private const string KeySuffix = ".key.pem";

    /// <summary>How a key is encrypted. The rounds make each try of a password slow for whoever has found the file.</summary>
    private static readonly PbeParameters s_encryption = new(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, iterationCount: 600_000);

    /// <summary>Makes an authority, and certificates that it issues.</summary>
    /// <param name="subjects">Whom they are for.</param>
    /// <param name="options">Where they go, and more.</param>
    /// <param name="keyPassword">What the private keys are encrypted with, the authority's too; empty: they are not.</param>
    /// <returns>The authority, and the others in their order.</returns>
    /// <exception cref="ChatException">
    /// <see cref="ChatErrorCode.FileExists"/>, <see cref="ChatErrorCode.PathIsFolder"/>, <see cref="ChatErrorCode.FileAccessDenied"/>,
    /// <see cref="ChatErrorCode.DiskFull"/> or <see cref="ChatErrorCode.FileWriteFailed"/>. No file was written, or none anew.
    /// </exception>
    public static IReadOnlyList<IssuedCertificate> Create(IReadOnlyList<CertificateSubject> subjects, DevelopmentCertificateOptions options, ReadOnlySpan<char> keyPassword = default)
    {
        using ECDsa key = NewKey();
        using CertificateAuthority authority = CertificateAuthority.Create(key, TimeSpan.FromDays(options.ValidDays), options.Time);
        using KeyFolder folder = new(options.Folder, options.Overwrite);
        string path = Path.Combine(options.Folder, AuthorityName + CertificateSuffix);
        IssuedCertificate own = Add(folder, new CertificateSubject { Name = AuthorityName, Purpose = CertificatePurpose.Authority }, authority.Certificate, [], key, path, keyPassword);
        List<IssuedCertificate> others = Issue(authority, path, folder, subjects, options, keyPassword);
        folder.Write();
        return [own, .. others];
    }

    /// <summary>Issues certificates with an authority that is there already.</summary>
    /// <param name="authorityPath">The authority's certificate, and those above it.</param>
    /// <param name="authorityKeyPath">Its private key; null: as <see cref="KeyPathOf"/> says, or in the same file where there is none.</param>
    /// <param name="authorityPassword">What its key is encrypted with; empty: it is not.</param>
    /// <param name="subjects">Whom the certificates are for.</param>
    /// <param name="options">Where they go, and more.</param>
    /// <param name="keyPassword">What the new private keys are encrypted with; empty: they are not.</param>
    /// <exception cref="ChatException">
    /// As <see cref="Create"/> and <see cref="CertificateIdentity.FromFile"/>; <see cref="ChatErrorCode.CertificateFileInvalid"/> where the
    /// authority is none, <see cref="ChatErrorCode.CertificateExpired"/>, or <see cref="ChatErrorCode.FileExists"/> where a new file would replace the authority's.
    /// </exception>
    public static IReadOnlyList<IssuedCertificate> Issue(
        string authorityPath,
        string? authorityKeyPath,
        ReadOnlySpan<char> authorityPassword,
        IReadOnlyList<CertificateSubject> subjects,
        DevelopmentCertificateOptions options,
        ReadOnlySpan<char> keyPassword = default)
    {
        string? keyPath = authorityKeyPath ?? (File.Exists(KeyPathOf(authorityPath)) ? KeyPathOf(authorityPath) : null);
        using CertificateAuthority authority = CertificateAuthority.FromFile(authorityPath, keyPath, authorityPassword, options.Time);
        using KeyFolder folder = new(options.Folder, options.Overwrite);
        List<IssuedCertificate> issued = Issue(authority, authorityPath, folder, subjects, options, keyPassword);
        string[] authorityFiles = [Path.GetFullPath(authorityPath), Path.GetFullPath(keyPath ?? authorityPath)];
        if (issued.SelectMany(static i => new[] { i.CertificatePath, i.KeyPath }).FirstOrDefault(file => authorityFiles.Contains(Path.GetFullPath(file), StringComparer.OrdinalIgnoreCase)) is { } taken)
        {
            throw new ChatException(ChatErrorCode.FileExists, $"The file '{taken}' is the authority's, which is not replaced. Nothing was written.");
        }

        folder.Write();
        return issued;
    }

    /// <summary>Where the private key of a certificate lies unless said otherwise: NAME.key.pem beside NAME.pem.</summary>
    public static string KeyPathOf(string certificatePath) =>
        Path.Combine(Path.GetDirectoryName(certificatePath) ?? string.Empty, Path.GetFileNameWithoutExtension(certificatePath) + KeySuffix);

    private static List<IssuedCertificate> Issue(
        CertificateAuthority authority, string authorityPath, KeyFolder folder, IReadOnlyList<CertificateSubject> subjects, DevelopmentCertificateOptions options, ReadOnlySpan<char> keyPassword)
    {
        List<IssuedCertificate> issued = [];
        foreach (CertificateSubject subject in subjects)
        {
            using ECDsa key = NewKey();
            using X509Certificate2 certificate = authority.Issue(subject, key, TimeSpan.FromDays(options.ValidDays));
            issued.Add(Add(folder, subject, certificate, authority.Intermediates, key, authorityPath, keyPassword));
        }

        return issued;
    }

    private static ECDsa NewKey() => ECDsa.Create(ECCurve.NamedCurves.nistP256);

    private static IssuedCertificate Add(
        KeyFolder folder, CertificateSubject subject, X509Certificate2 certificate, IEnumerable<X509Certificate2> intermediates, ECDsa key, string authorityPath, ReadOnlySpan<char> keyPassword)
    {
        string pem = string.Concat(intermediates.Prepend(certificate).Select(static c => c.ExportCertificatePem() + "\n"));
        return new IssuedCertificate
        {
            Name = subject.Name,
            Purpose = subject.Purpose,
            Subject = certificate.Subject,
            DnsNames = subject.DnsNames,
            Addresses = subject.Addresses,
            CertificatePath = folder.Add(subject.Name + CertificateSuffix, Encoding.ASCII.GetBytes(pem), isSecret: false),
            KeyPath = folder.Add(subject.Name + KeySuffix, KeyPem(key, keyPassword), isSecret: true),
            TrustedCertificatePath = authorityPath,
            Thumbprint = Thumbprint.Of(certificate),
            SerialNumber = certificate.SerialNumber,
            NotBefore = certificate.NotBefore,
            NotAfter = certificate.NotAfter,
        };
    }

    private static byte[] KeyPem(ECDsa key, ReadOnlySpan<char> password)
    {
        byte[] content = password.IsEmpty ? key.ExportPkcs8PrivateKey() : key.ExportEncryptedPkcs8PrivateKey(password, s_encryption);
        byte[] pem = [];
        try
        {
            pem = PemEncoding.WriteUtf8(password.IsEmpty ? "PRIVATE KEY"u8 : "ENCRYPTED PRIVATE KEY"u8, content);
            return [.. pem, (byte)'\n'];
        }
        finally
        {
            CryptographicOperations.ZeroMemory(pem);
            CryptographicOperations.ZeroMemory(content);
        }
    }
}
