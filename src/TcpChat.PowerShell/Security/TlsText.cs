namespace TcpChat.Security;

/// <summary>What several commands say about TLS.</summary>
internal static class TlsText
{
    public const string SkipWarning =
        "-SkipCertificateCheck: nobody checks whose certificate it is. The connection is encrypted, but whoever is in between can be the other end of it, read all and change all.";

    public const string SkipContradiction =
        "-SkipCertificateCheck takes any certificate, -PinnedThumbprint and -TrustedCertificatePath only certain ones: leave one of them out.";
}
