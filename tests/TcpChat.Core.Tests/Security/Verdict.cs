using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using TcpChat.Errors;
using TcpChat.Security;

namespace TcpChat.Core.Tests.Security;

/// <summary>Has a certificate examined as SslStream would have it: with the chain and the errors that the framework makes of it.</summary>
internal static class Verdict
{
    public static ChatException? OnServer(PeerTrust trust, ForgedCertificate shown, string host = "localhost", params ForgedCertificate[] sentAlong) =>
        On(trust, PeerRole.Server, shown, host, sentAlong);

    public static ChatException? OnClient(PeerTrust trust, ForgedCertificate shown, params ForgedCertificate[] sentAlong) =>
        On(trust, PeerRole.Client, shown, null, sentAlong);

    private static ChatException? On(PeerTrust trust, PeerRole role, ForgedCertificate shown, string? host, ForgedCertificate[] sentAlong)
    {
        // What the peer has no key of here: the chain must not find more than what was sent.
        using X509Certificate2 certificate = X509CertificateLoader.LoadCertificate(shown.Certificate.RawData);
        using X509Chain chain = new();
        chain.ChainPolicy = CertificateCheck.PolicyFor(trust);
        chain.ChainPolicy.ExtraStore.AddRange(sentAlong.Select(static one => one.Certificate).ToArray());
        if (chain.ChainPolicy.ApplicationPolicy.Count == 0)
        {
            chain.ChainPolicy.ApplicationPolicy.Add(new Oid(role == PeerRole.Server ? CertificateWish.ServerOid : CertificateWish.ClientOid));
        }

        SslPolicyErrors errors = chain.Build(certificate) ? SslPolicyErrors.None : SslPolicyErrors.RemoteCertificateChainErrors;
        if (host is not null && !IsFor(certificate, host))
        {
            errors |= SslPolicyErrors.RemoteCertificateNameMismatch;
        }

        return CertificateCheck.Examine(certificate, chain, errors, trust, role, host);
    }

    private static bool IsFor(X509Certificate2 certificate, string host)
    {
        try
        {
            return certificate.MatchesHostname(host);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            // SslStream asks OpenSSL, which finds no name in names that cannot be read, and none that is like what is no name.
            return false;
        }
    }
}
