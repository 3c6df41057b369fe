using System.Net;

namespace TcpChat.Security;

/// <summary>A certificate that was made, and where it lies. There is nothing secret in it.</summary>
public sealed record IssuedCertificate
{
    /// <summary>What it and its files are called.</summary>
    public required string Name { get; init; }

    /// <summary>What it is for.</summary>
    public required CertificatePurpose Purpose { get; init; }

    /// <summary>Whom it is for, as a distinguished name.</summary>
    public required string Subject { get; init; }

    /// <summary>The names that a server with it is reached by.</summary>
    public IReadOnlyList<string> DnsNames { get; init; } = [];

    /// <summary>The addresses that a server with it is reached by.</summary>
    public IReadOnlyList<IPAddress> Addresses { get; init; } = [];

    /// <summary>The file of the certificate, PEM.</summary>
    public required string CertificatePath { get; init; }

    /// <summary>The file of its private key, PEM.</summary>
    public required string KeyPath { get; init; }

    /// <summary>The file of the authority that issued it, which whoever checks it is to trust.</summary>
    public required string TrustedCertificatePath { get; init; }

    /// <summary>Its SHA-256 thumbprint.</summary>
    public required string Thumbprint { get; init; }

    /// <summary>Its serial number, in hexadecimal digits.</summary>
    public required string SerialNumber { get; init; }

    /// <summary>From when on it is valid.</summary>
    public required DateTimeOffset NotBefore { get; init; }

    /// <summary>Until when it is valid.</summary>
    public required DateTimeOffset NotAfter { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Subject} ({CertificatePath})";
}
