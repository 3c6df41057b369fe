using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using TcpChat.Errors;

namespace TcpChat.Security;

/// <summary>Whether a certificate comes, genuinely, from an authority that is trusted.</summary>
internal static class CertificateTrust
{
    private const X509ChainStatusFlags NameConstraints = X509ChainStatusFlags.InvalidNameConstraints | X509ChainStatusFlags.HasNotSupportedNameConstraint
        | X509ChainStatusFlags.HasNotDefinedNameConstraint | X509ChainStatusFlags.HasNotPermittedNameConstraint | X509ChainStatusFlags.HasExcludedNameConstraint;

    /// <summary>What is said in other words, by other checks.</summary>
    private const X509ChainStatusFlags SaidElsewhere = X509ChainStatusFlags.NotTimeValid | X509ChainStatusFlags.NotValidForUsage
        | X509ChainStatusFlags.InvalidBasicConstraints | X509ChainStatusFlags.HasWeakSignature;

    private const X509ChainStatusFlags SaidHere = X509ChainStatusFlags.NotSignatureValid | X509ChainStatusFlags.PartialChain
        | X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.ExplicitDistrust | X509ChainStatusFlags.Revoked | NameConstraints;

    /// <summary>Why the end of this path is not trusted, or does not vouch for its beginning.</summary>
    public static IEnumerable<CertificateFault> Faults(TrustPath path, PeerTrust trust, PeerRole role, SslPolicyErrors errors) =>
        Words(path, trust, role, errors).Select(static words => new CertificateFault(ChatErrorCode.CertificateNotTrusted, words));

    private static IEnumerable<string> Words(TrustPath path, PeerTrust trust, PeerRole role, SslPolicyErrors errors)
    {
        foreach (int i in path.With(X509ChainStatusFlags.NotSignatureValid))
        {
            yield return $"the signature on {path.NameOf(i)} is not genuine: {CertificateText.Issuer(path.Certificates[i])} has not signed it";
        }

        if (path.Status.HasFlag(X509ChainStatusFlags.ExplicitDistrust))
        {
            yield return "this system has been told to distrust it";
        }

        if (path.Status.HasFlag(X509ChainStatusFlags.Revoked))
        {
            yield return "it has been revoked";
        }

        if ((path.Status & NameConstraints) != 0)
        {
            yield return "an authority above it may not vouch for such names (name constraints)";
        }

        if ((path.Status & ~(SaidHere | SaidElsewhere)) is var rest and not X509ChainStatusFlags.NoError)
        {
            yield return $"this system finds fault with it: {rest}";
        }

        if (!path.IsJudged && errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors))
        {
            yield return "this system does not trust it, and does not say why";
        }

        if (path.EndsWithGiven)
        {
            yield break;
        }

        bool isUnknown = (path.Status & (X509ChainStatusFlags.PartialChain | X509ChainStatusFlags.UntrustedRoot)) != 0;
        if (role == PeerRole.Client && trust.Authorities is null)
        {
            // The system's roots vouch for the names of servers; everybody can have a certificate of theirs.
            yield return "no authority and no thumbprint is given that a client could be known by";
        }
        else if (isUnknown || trust.Authorities is not null)
        {
            yield return Unknown(path, trust, role);
        }
    }

    private static string Unknown(TrustPath path, PeerTrust trust, PeerRole role)
    {
        X509Certificate2 last = path.Certificates[^1];
        string pin = role == PeerRole.Server ? "-PinnedThumbprint" : "-AllowedThumbprint";
        string advice = trust.Authorities is null ? ": give -TrustedCertificatePath if you know it" : string.Empty;
        string known = trust.Authorities is null ? "is not an authority that this system trusts" : "is none of the authorities given";
        bool isForged = path.With(X509ChainStatusFlags.NotSignatureValid).Any();
        return path.Certificates.Count == 1 && last.IsSelfIssued && !isForged
            ? $"it is its own authority; give -TrustedCertificatePath or {pin} if you know it (its SHA-256 thumbprint is {Thumbprint.Of(last)})"
            : last.IsSelfIssued
                ? $"it comes from {CertificateText.Subject(last)}, which {known}{advice}"
                : $"it comes from {CertificateText.Issuer(last)}, which {known}, and whose own certificate was not sent along{advice}";
    }
}
