using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace TcpChat.Core.Tests.Security;

/// <summary>What a certificate of a test is to be like; as it is, it is a good one for a server.</summary>
internal sealed record CertificateWish
{
    public const string ServerOid = "1.3.6.1.5.5.7.3.1";
    public const string ClientOid = "1.3.6.1.5.5.7.3.2";

    /// <summary>A good one for a server on this machine.</summary>
    public static CertificateWish Server { get; } = new();

    /// <summary>A good one for a client.</summary>
    public static CertificateWish Client { get; } = new() { Name = "ada", Names = [], Purposes = [ClientOid] };

    /// <summary>A good one for an authority.</summary>
    public static CertificateWish Authority { get; } = new()
    {
        Name = "Test Root",
        Names = [],
        Purposes = [],
        IsAuthority = true,
        KeyUsage = X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign,
    };

    /// <summary>The common name.</summary>
    public string Name { get; init; } = "server";

    /// <summary>The subject alternative names; empty: none.</summary>
    public string[] Names { get; init; } = ["localhost", "127.0.0.1", "::1"];

    public DateTimeOffset NotBefore { get; init; } = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public DateTimeOffset NotAfter { get; init; } = new(2099, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The extended key usages; empty: any.</summary>
    public string[] Purposes { get; init; } = [ServerOid];

    /// <summary>Null: not said.</summary>
    public X509KeyUsageFlags? KeyUsage { get; init; } = X509KeyUsageFlags.DigitalSignature;

    public bool IsAuthority { get; init; }

    /// <summary>How many authorities may be below this one; null: any number.</summary>
    public int? PathLength { get; init; }

    public ForgedKey Key { get; init; }

    /// <summary>The hash of the signature upon it.</summary>
    public HashAlgorithmName Hash { get; init; } = HashAlgorithmName.SHA256;

    /// <summary>RSASSA-PSS instead of PKCS #1, where the issuer's key is RSA.</summary>
    public bool IsPss { get; init; }

    /// <summary>Names that are written as they are, whatever is in them.</summary>
    public string[] RawNames { get; init; } = [];

    /// <summary>Further extensions.</summary>
    public X509Extension[] Extensions { get; init; } = [];
}
