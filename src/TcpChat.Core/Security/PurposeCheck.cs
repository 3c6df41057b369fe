using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using TcpChat.Errors;

namespace TcpChat.Security;

/// <summary>Whether certificates are made for what they are used for: to be a server's or a client's, or to sign others.</summary>
internal static class PurposeCheck
{
    private const string ServerOid = "1.3.6.1.5.5.7.3.1";
    private const string ClientOid = "1.3.6.1.5.5.7.3.2";
    private const string AnyOid = "2.5.29.37.0";
    private const int MostNamed = 4;

    // As OpenSSL has it: one of these is enough, because which of them is used depends on the cipher suite.
    private const X509KeyUsageFlags UsableByServer = X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyEncipherment | X509KeyUsageFlags.KeyAgreement;
    private const X509KeyUsageFlags UsableByClient = X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyAgreement;

    /// <summary>What these certificates are not made for.</summary>
    public static IEnumerable<CertificateFault> Faults(TrustPath path, PeerRole role)
    {
        bool named = false;
        foreach (string words in OfPeer(path.Certificates[0], role).Concat(OfAuthorities(path)))
        {
            named = true;
            yield return new(ChatErrorCode.CertificateWrongPurpose, words);
        }

        // What is left is said only where nothing above says it better.
        if (!named && path.Status.HasFlag(X509ChainStatusFlags.NotValidForUsage))
        {
            yield return new(ChatErrorCode.CertificateWrongPurpose, $"its extended key usage, or that of one above it, does not name the use by a {Word(role)}");
        }

        if (!named && path.Status.HasFlag(X509ChainStatusFlags.InvalidBasicConstraints))
        {
            yield return new(ChatErrorCode.CertificateWrongPurpose, "an authority above it may not have another below it (basic constraints)");
        }
    }

    private static IEnumerable<string> OfPeer(X509Certificate2 certificate, PeerRole role)
    {
        foreach (X509EnhancedKeyUsageExtension extension in certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>())
        {
            Oid[] usages = [.. extension.EnhancedKeyUsages.OfType<Oid>()];
            if (!usages.Any(usage => usage.Value == AnyOid || usage.Value == OidOf(role)))
            {
                PeerRole other = role == PeerRole.Server ? PeerRole.Client : PeerRole.Server;
                yield return usages.Any(usage => usage.Value == OidOf(other))
                    ? $"it is made for a {Word(other)}, not for a {Word(role)}"
                    : $"it is not made for a {Word(role)} but for {string.Join(", ", usages.Take(MostNamed).Select(Name).DefaultIfEmpty("nothing"))}";
            }
        }

        X509KeyUsageFlags usable = role == PeerRole.Server ? UsableByServer : UsableByClient;
        foreach (X509KeyUsageExtension extension in certificate.Extensions.OfType<X509KeyUsageExtension>().Where(one => (one.KeyUsages & usable) == 0))
        {
            yield return $"its key is not to be used by a {Word(role)} (key usage: {extension.KeyUsages})";
        }
    }

    private static IEnumerable<string> OfAuthorities(TrustPath path)
    {
        for (int i = 1; i < path.Certificates.Count; i++)
        {
            X509Certificate2 authority = path.Certificates[i];
            if (authority.Extensions.OfType<X509BasicConstraintsExtension>().Any(static one => !one.CertificateAuthority))
            {
                yield return $"{path.SubjectOf(i)} is no authority (CA:FALSE) and may not sign certificates";
            }
            else if (authority.Extensions.OfType<X509KeyUsageExtension>().Any(static one => !one.KeyUsages.HasFlag(X509KeyUsageFlags.KeyCertSign)))
            {
                yield return $"{path.SubjectOf(i)} may not sign certificates (key usage)";
            }
        }
    }

    private static string Word(PeerRole role) => role == PeerRole.Server ? "server" : "client";

    private static string OidOf(PeerRole role) => role == PeerRole.Server ? ServerOid : ClientOid;

    private static string Name(Oid usage) => CertificateText.Words(usage.FriendlyName ?? usage.Value ?? "nothing");
}
