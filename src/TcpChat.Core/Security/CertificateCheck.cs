using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using TcpChat.Errors;

namespace TcpChat.Security;

/// <summary>Says whether a peer's certificate is accepted, and if not, which check failed and what the certificate says.</summary>
internal static class CertificateCheck
{
    /// <summary>Null where the certificate is accepted.</summary>
    /// <param name="certificate">What the peer has shown; null: nothing.</param>
    /// <param name="chain">The certificates above it, as far as they were found, built with <see cref="PolicyFor"/>.</param>
    /// <param name="errors">What the framework has found.</param>
    /// <param name="trust">What is accepted.</param>
    /// <param name="role">Which end the peer is.</param>
    /// <param name="targetHost">The name or address that the peer must have, where it is a server.</param>
    public static ChatException? Examine(
        X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors, PeerTrust trust, PeerRole role, string? targetHost) =>
        trust.SkipCheck || errors == SslPolicyErrors.None
            ? null
            : new ChatException(certificate is null ? ChatErrorCode.CertificateMissing : ChatErrorCode.CertificateNotTrusted, $"The certificate '{certificate?.Subject}' of the {role} {targetHost} is not accepted: {errors}, {chain?.ChainStatus.Length}.");

    /// <summary>How the chain of a peer's certificate is to be built.</summary>
    public static X509ChainPolicy PolicyFor(PeerTrust trust)
    {
        X509ChainPolicy policy = new() { RevocationMode = X509RevocationMode.NoCheck };
        if (trust.Authorities is not null)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.AddRange(trust.Authorities);
        }

        return policy;
    }
}
