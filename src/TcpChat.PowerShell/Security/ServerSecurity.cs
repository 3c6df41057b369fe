using System.Security;
using System.Security.Cryptography.X509Certificates;
using TcpChat.Framing;
using TcpChat.Servers;

namespace TcpChat.Security;

/// <summary>What the commands that start and change servers make of their parameters about clients. Where these make no sense, an exception with the error says why.</summary>
internal static class ServerSecurity
{
    /// <summary>The certificates of clients that are accepted.</summary>
    /// <param name="authorities">-TrustedCertificatePath.</param>
    /// <param name="thumbprints">-AllowedThumbprint.</param>
    /// <exception cref="ParameterException">There is neither.</exception>
    public static PeerTrust Trust(X509Certificate2Collection? authorities, IReadOnlyList<Thumbprint> thumbprints) =>
        authorities is { Count: > 0 } || thumbprints.Count > 0
            ? new PeerTrust { Authorities = authorities is { Count: > 0 } ? authorities : null, Thumbprints = thumbprints }
            : throw new ParameterException(
                "TrustMissing",
                "-RequireClientCertificate needs to know whose certificates are trusted: -TrustedCertificatePath names authorities, -AllowedThumbprint single certificates.");

    /// <summary>The secret that clients must show.</summary>
    /// <param name="token">-AccessToken.</param>
    /// <param name="options">The server's, TLS included.</param>
    /// <param name="allowUnencrypted">-AllowUnencryptedAuthentication.</param>
    /// <exception cref="ParameterException">It cannot be used, or not there.</exception>
    public static AccessToken Token(SecureString token, ServerOptions options, bool allowUnencrypted)
    {
        if (options.Session.Framing.Kind == FramingKind.Raw)
        {
            throw new ParameterException("AccessTokenNeedsFraming", "-AccessToken needs a framing that says where the first message ends: Raw does not.");
        }

        if (options.Tls is null && !allowUnencrypted)
        {
            throw new ParameterException(
                "AccessTokenNeedsTls",
                "Without TLS, everybody between a client and this server can read the access token: give the server a certificate, or start it with -AllowUnencryptedAuthentication.");
        }

        using SecretText text = SecretText.Of(token);
        try
        {
            return new AccessToken(text.Characters, options.Session.Encoding);
        }
        catch (ArgumentException e)
        {
            throw new ParameterException("InvalidAccessToken", e.Message);
        }
    }
}
