using System.Security.Cryptography.X509Certificates;

namespace TcpChat.Security;

/// <summary>Which certificates of peers are accepted.</summary>
public sealed record PeerTrust
{
    /// <summary>
    /// The authorities that are trusted, and no others; null: those of the system, unless <see cref="Thumbprints"/> names
    /// certificates, which are trusted for themselves then.
    /// </summary>
    public X509Certificate2Collection? Authorities { get; init; }

    /// <summary>The certificates that are accepted; empty: any that passes the other checks.</summary>
    public IReadOnlyList<Thumbprint> Thumbprints { get; init; } = [];

    /// <summary>True: nothing is checked. Whoever is in between can read and change everything.</summary>
    public bool SkipCheck { get; init; }
}
