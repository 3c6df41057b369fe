using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using TcpChat.Errors;

namespace TcpChat.Security;

/// <summary>Says whether a peer's certificate is accepted, and if not, which check failed and what the certificate says.</summary>
internal static class CertificateCheck
{
    /// <summary>More is no help, and a chain can be made that has a fault in each of a hundred certificates.</summary>
    private const int MostFaults = 5;

    /// <summary>Of several faults, the first of these gives the error its code: while the peer is not who it should be, its dates do not matter.</summary>
    private static readonly ChatErrorCode[] s_telling =
    [
        ChatErrorCode.CertificateNotTrusted,
        ChatErrorCode.CertificateNotAllowed,
        ChatErrorCode.CertificateWrongPurpose,
        ChatErrorCode.CertificateNameMismatch,
        ChatErrorCode.CertificateExpired,
        ChatErrorCode.CertificateNotYetValid,
        ChatErrorCode.CertificateTooWeak,
    ];

    /// <summary>Null where the certificate is accepted.</summary>
    /// <param name="certificate">What the peer has shown; null: nothing.</param>
    /// <param name="chain">The certificates above it, as far as they were found, built with <see cref="PolicyFor"/>.</param>
    /// <param name="errors">What the framework has found.</param>
    /// <param name="trust">What is accepted.</param>
    /// <param name="role">Which end the peer is.</param>
    /// <param name="targetHost">The name or address that the peer must have, where it is a server.</param>
    public static ChatException? Examine(
        X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors, PeerTrust trust, PeerRole role, string? targetHost)
    {
        if (trust.SkipCheck)
        {
            return null;
        }

        string peer = role == PeerRole.Client ? "client" : string.IsNullOrEmpty(targetHost) ? "server" : $"server {CertificateText.Host(targetHost)}";
        if (certificate is null)
        {
            return new ChatException(
                ChatErrorCode.CertificateMissing,
                role == PeerRole.Client ? "The client showed no certificate, and one is required here." : $"The {peer} showed no certificate.");
        }

        CertificateFault[] faults;
        try
        {
            TrustPath path = TrustPath.Of(certificate, chain, trust);
            faults =
            [
                .. CertificateTrust.Faults(path, trust, role, errors),
                .. NotAllowed(certificate, trust, role),
                .. PurposeCheck.Faults(path, role),
                .. NameMismatch(certificate, errors, trust, role, targetHost),
                .. CertificateDates.Faults(path),
                .. CertificateStrength.Faults(path),
            ];
        }
        catch (Exception e) when (e is CryptographicException or PlatformNotSupportedException or ArgumentException)
        {
            return new ChatException(
                ChatErrorCode.CertificateNotTrusted, $"The {peer} showed a certificate that is not accepted: it, or one above it, cannot be read ({CertificateText.Words(e.Message)}).", e);
        }

        if (faults.Length == 0)
        {
            return null;
        }

        string more = faults.Length > MostFaults ? $"; and {faults.Length - MostFaults} more" : string.Empty;
        return new ChatException(
            s_telling.First(code => faults.Any(fault => fault.Code == code)),
            $"The {peer} showed a certificate that is not accepted, of {CertificateText.Subject(certificate)}: {string.Join("; ", faults.Take(MostFaults).Select(static fault => fault.Words))}{more}.");
    }

    /// <summary>How the chain of a peer's certificate is to be built. Nothing is asked of the network.</summary>
    /// <remarks>The purpose is left out: the framework asks for that of a server or of a client, where the policy asks for none.</remarks>
    public static X509ChainPolicy PolicyFor(PeerTrust trust)
    {
        bool isOfSystem = trust.Authorities is null && trust.Thumbprints.Count == 0;
        X509ChainPolicy policy = new()
        {
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
            TrustMode = isOfSystem ? X509ChainTrustMode.System : X509ChainTrustMode.CustomRootTrust,
        };
        foreach (X509Certificate2 authority in trust.Authorities ?? [])
        {
            // The framework trusts roots only. What else was given is found when a chain is built, and TrustPath knows that it is trusted.
            (authority.IsSelfIssued ? policy.CustomTrustStore : policy.ExtraStore).Add(authority);
        }

        return policy;
    }

    private static IEnumerable<CertificateFault> NotAllowed(X509Certificate2 certificate, PeerTrust trust, PeerRole role)
    {
        if (trust.Thumbprints.Count > 0 && !trust.Thumbprints.Any(thumbprint => thumbprint.Matches(certificate)))
        {
            yield return new(
                ChatErrorCode.CertificateNotAllowed,
                $"its SHA-256 thumbprint is {Thumbprint.Of(certificate)}, which is none of those {(role == PeerRole.Server ? "pinned" : "allowed")}");
        }
    }

    private static IEnumerable<CertificateFault> NameMismatch(
        X509Certificate2 certificate, SslPolicyErrors errors, PeerTrust trust, PeerRole role, string? targetHost)
    {
        bool countsName = role == PeerRole.Server && (trust.Authorities is not null || trust.Thumbprints.Count == 0);
        if (countsName && errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
        {
            string names = CertificateNames.Of(certificate);
            yield return new(
                ChatErrorCode.CertificateNameMismatch,
                string.IsNullOrEmpty(targetHost) ? $"it is for {names}, and no name is known that it should be for" : $"it is for {names}, not for {CertificateText.Host(targetHost)}");
        }
    }
}
