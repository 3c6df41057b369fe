using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace TcpChat.Security;

/// <summary>What a certificate is known by: its SHA-256 hash, or its SHA-1 hash as Windows and X509Certificate2 show it.</summary>
public sealed class Thumbprint
{
    private readonly byte[] _hash;

    private Thumbprint(byte[] hash) => _hash = hash;

    /// <summary>The SHA-256 thumbprint of a certificate, in upper-case hexadecimal digits.</summary>
    public static string Of(X509Certificate2 certificate) => certificate.GetCertHashString(HashAlgorithmName.SHA256);

    /// <summary>Reads a thumbprint: 64 hexadecimal digits (SHA-256) or 40 (SHA-1); colons, hyphens and spaces between them do not matter.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static Thumbprint Parse(string text)
    {
        // Windows' dialogue of a certificate puts an invisible mark in front of the one that is copied from it.
        string digits = string.Concat(text.Where(static c => c is not (':' or '-' or ' ' or '\u200E')));
        return digits.Length is 40 or 64 && digits.All(char.IsAsciiHexDigit)
            ? new Thumbprint(Convert.FromHexString(digits))
            : throw new FormatException($"'{text}' is no thumbprint: 64 hexadecimal digits (SHA-256) or 40 (SHA-1) are.");
    }

    /// <summary>True where the certificate has this thumbprint.</summary>
    public bool Matches(X509Certificate2 certificate) =>
        certificate.GetCertHash(_hash.Length == SHA256.HashSizeInBytes ? HashAlgorithmName.SHA256 : HashAlgorithmName.SHA1).AsSpan().SequenceEqual(_hash);

    /// <inheritdoc/>
    public override string ToString() => Convert.ToHexString(_hash);
}
