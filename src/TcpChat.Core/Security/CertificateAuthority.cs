using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using TcpChat.Errors;

namespace TcpChat.Security;

/// <summary>Issues certificates: elliptic curve keys (P-256), SHA-256, and nothing in them that a use does not need.</summary>
internal sealed class CertificateAuthority : IDisposable
{
    /// <summary>The clock of who checks a certificate may be late.</summary>
    private static readonly TimeSpan s_clockDifference = TimeSpan.FromHours(1);

    private const int SerialLength = 16;
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    private readonly TimeProvider _time;
    private readonly AsymmetricAlgorithm _key;

    private CertificateAuthority(X509Certificate2 certificate, AsymmetricAlgorithm key, IEnumerable<X509Certificate2> above, TimeProvider time)
    {
        Certificate = certificate;
        Above = [.. above];
        _key = key;
        _time = time;
    }

    /// <summary>The authority's own certificate.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>The certificates above it, as far as its file has them.</summary>
    public X509Certificate2Collection Above { get; }

    /// <summary>What is sent along with a certificate of this authority: all above it but a root, which whoever checks must have already.</summary>
    public IEnumerable<X509Certificate2> Intermediates => Above.Prepend(Certificate).Where(static c => !c.SubjectName.RawData.AsSpan().SequenceEqual(c.IssuerName.RawData));

    /// <summary>A new authority.</summary>
    /// <param name="key">Its key, which is not disposed with it.</param>
    /// <param name="validFor">How long it is valid.</param>
    /// <param name="time">The clock.</param>
    public static CertificateAuthority Create(ECDsa key, TimeSpan validFor, TimeProvider time)
    {
        // A part by chance, so that two authorities are never taken for each other.
        CertificateRequest request = new(Named($"TcpChat development authority {RandomNumberGenerator.GetHexString(8, lowercase: true)}"), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: true, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        DateTimeOffset now = time.GetUtcNow();
        return new CertificateAuthority(
            request.Create(request.SubjectName, X509SignatureGenerator.CreateForECDsa(key), now - s_clockDifference, now + validFor, NewSerial()), key, [], time);
    }

    /// <summary>An authority that is there already.</summary>
    /// <exception cref="ChatException">As <see cref="CertificateIdentity.FromFile"/>; also where it is no authority's certificate, or one that has expired.</exception>
    public static CertificateAuthority FromFile(string certificatePath, string? keyPath, ReadOnlySpan<char> password, TimeProvider time)
    {
        CertificateIdentity identity = CertificateIdentity.FromFile(certificatePath, keyPath, password);
        X509Certificate2 certificate = identity.Certificate;
        if (!certificate.Extensions.OfType<X509BasicConstraintsExtension>().Any(static e => e.CertificateAuthority)
            || certificate.Extensions.OfType<X509KeyUsageExtension>().Any(static e => !e.KeyUsages.HasFlag(X509KeyUsageFlags.KeyCertSign)))
        {
            throw new ChatException(ChatErrorCode.CertificateFileInvalid, $"The certificate '{certificate.Subject}' in '{certificatePath}' is no authority's: no other can be issued with it.");
        }

        if (certificate.NotAfter <= time.GetUtcNow().LocalDateTime)
        {
            throw new ChatException(ChatErrorCode.CertificateExpired, $"The authority '{certificate.Subject}' in '{certificatePath}' has expired on {certificate.NotAfter:yyyy-MM-dd}.");
        }

        AsymmetricAlgorithm key = certificate.GetECDsaPrivateKey() ?? (AsymmetricAlgorithm)certificate.GetRSAPrivateKey()!;
        return new CertificateAuthority(certificate, key, identity.Above, time);
    }

    /// <summary>Issues a certificate, which never outlives its authority.</summary>
    public X509Certificate2 Issue(CertificateSubject subject, ECDsa key, TimeSpan validFor)
    {
        bool isServer = subject.Purpose == CertificatePurpose.Server;
        CertificateRequest request = new(Named(subject.CommonName), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(isServer ? ServerAuthentication : ClientAuthentication)], critical: false));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(
            Certificate, includeKeyIdentifier: HasKeyIdentifier, includeIssuerAndSerial: !HasKeyIdentifier));
        if (isServer)
        {
            request.CertificateExtensions.Add(AlternativeNames(subject));
        }

        DateTimeOffset now = _time.GetUtcNow();
        return request.Create(
            Certificate.SubjectName,
            _key is ECDsa own ? X509SignatureGenerator.CreateForECDsa(own) : X509SignatureGenerator.CreateForRSA((RSA)_key, RSASignaturePadding.Pkcs1),
            Later(now - s_clockDifference, Certificate.NotBefore),
            Earlier(now + validFor, Certificate.NotAfter),
            NewSerial());
    }

    private bool HasKeyIdentifier => Certificate.Extensions.OfType<X509SubjectKeyIdentifierExtension>().Any();

    /// <summary>Lets go of the certificate.</summary>
    public void Dispose() => Certificate.Dispose();

    private static X500DistinguishedName Named(string commonName)
    {
        X500DistinguishedNameBuilder name = new();
        name.AddCommonName(commonName);
        return name.Build();
    }

    private static X509Extension AlternativeNames(CertificateSubject subject)
    {
        SubjectAlternativeNameBuilder names = new();
        foreach (string name in subject.DnsNames)
        {
            names.AddDnsName(name);
        }

        foreach (System.Net.IPAddress address in subject.Addresses)
        {
            names.AddIpAddress(address);
        }

        return names.Build();
    }

    /// <summary>128 bits by chance; the first byte is not 0, because a number has no leading zeros.</summary>
    private static byte[] NewSerial()
    {
        byte[] serial;
        do
        {
            serial = RandomNumberGenerator.GetBytes(SerialLength);
        }
        while (serial[0] == 0);
        return serial;
    }

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;

    private static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;
}
