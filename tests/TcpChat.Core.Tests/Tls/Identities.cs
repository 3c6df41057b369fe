using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using TcpChat.Security;

namespace TcpChat.Core.Tests.Tls;

/// <summary>An authority, a server and a client that it vouches for, and a stranger; made once for all tests.</summary>
internal static class Identities
{
    private static readonly X509Certificate2 s_authority = MakeAuthority("CN=Test authority");
    private static readonly X509Certificate2 s_other = MakeAuthority("CN=Other authority");

    public static CertificateIdentity Server { get; } = CertificateIdentity.Of(Issue(s_authority, "CN=localhost", "1.3.6.1.5.5.7.3.1"));

    public static CertificateIdentity SecondServer { get; } = CertificateIdentity.Of(Issue(s_authority, "CN=second", "1.3.6.1.5.5.7.3.1"));

    public static CertificateIdentity Client { get; } = CertificateIdentity.Of(Issue(s_authority, "CN=alice", "1.3.6.1.5.5.7.3.2"));

    public static CertificateIdentity Stranger { get; } = CertificateIdentity.Of(Issue(s_other, "CN=mallory", "1.3.6.1.5.5.7.3.2"));

    public static PeerTrust Trust { get; } = new() { Authorities = [s_authority] };

    public static PeerTrust OtherTrust { get; } = new() { Authorities = [s_other] };

    /// <summary>What the framework's own client needs to trust them.</summary>
    public static X509ChainPolicy ChainPolicy => new()
    {
        TrustMode = X509ChainTrustMode.CustomRootTrust,
        CustomTrustStore = { s_authority },
        RevocationMode = X509RevocationMode.NoCheck,
    };

    private static X509Certificate2 MakeAuthority(string name)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1));
    }

    private static X509Certificate2 Issue(X509Certificate2 authority, string name, string purpose)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new(name, key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(purpose)], false));
        using X509Certificate2 certificate = request.Create(authority, DateTimeOffset.UtcNow.AddMinutes(-30), DateTimeOffset.UtcNow.AddMinutes(30), RandomNumberGenerator.GetBytes(16));
        return certificate.CopyWithPrivateKey(key);
    }
}
