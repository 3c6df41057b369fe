using System.Net;

namespace TcpChat.Security;

/// <summary>Whom a new certificate is for.</summary>
public sealed record CertificateSubject
{
    /// <summary>What a common name may have, in characters.</summary>
    public const int MaximumNameLength = 64;

    /// <summary>What the certificate and its files are called; a client's certificate is for this name.</summary>
    public required string Name { get; init; }

    /// <summary>What the certificate is for.</summary>
    public required CertificatePurpose Purpose { get; init; }

    /// <summary>The names that a server is reached by; the first may begin with "*.".</summary>
    public IReadOnlyList<string> DnsNames { get; init; } = [];

    /// <summary>The addresses that a server is reached by.</summary>
    public IReadOnlyList<IPAddress> Addresses { get; init; } = [];

    /// <summary>The certificate's common name: a server's first name or address, because that is what people look for.</summary>
    internal string CommonName => Purpose != CertificatePurpose.Server ? Name
        : DnsNames.FirstOrDefault(static n => n.Length <= MaximumNameLength) ?? (Addresses is [IPAddress first, ..] ? first.ToString() : Name);

    /// <summary>True where files on every system can have this name, and a common name too; not one that another's key file would have.</summary>
    public static bool IsName(string name) =>
        name.Length is > 0 and <= MaximumNameLength
        && !name.Any(static c => char.IsControl(c) || c is '/' or '\\' or ':' or '*' or '?' or '"' or '<' or '>' or '|')
        && name.Trim() == name && name[0] != '.' && name[^1] != '.'
        && !name.EndsWith(".key", StringComparison.OrdinalIgnoreCase);

    /// <summary>True where it is the name of a computer, or of all in a domain ("*.example.com"), and no address.</summary>
    public static bool IsDnsName(string name) =>
        Uri.CheckHostName(name.StartsWith("*.", StringComparison.Ordinal) ? name[2..] : name) == UriHostNameType.Dns;
}
