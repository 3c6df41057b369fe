using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using TcpChat.Errors;

namespace TcpChat.Security;

/// <summary>Whether keys and signatures of certificates are strong enough to be relied upon.</summary>
internal static class CertificateStrength
{
    private const int LeastRsa = 2048;
    private const int LeastEllipticCurve = 224;
    private const string RsaOid = "1.2.840.113549.1.1.1";
    private const string EllipticCurveOid = "1.2.840.10045.2.1";
    private const string DsaOid = "1.2.840.10040.4.1";
    private const string RsaPssOid = "1.2.840.113549.1.1.10";
    private const string Sha1Oid = "1.3.14.3.2.26";
    private const string Md5Oid = "1.2.840.113549.2.5";

    /// <summary>The weak hashes by the identifiers of the signature algorithms that use them.</summary>
    private static readonly Dictionary<string, string> s_weak = new(StringComparer.Ordinal)
    {
        ["1.2.840.113549.1.1.2"] = "MD2",
        ["1.2.840.113549.1.1.3"] = "MD4",
        ["1.2.840.113549.1.1.4"] = "MD5",
        ["1.3.14.3.2.3"] = "MD5",
        ["1.2.840.113549.1.1.5"] = "SHA-1",
        ["1.3.14.3.2.29"] = "SHA-1",
        ["1.2.840.10045.4.1"] = "SHA-1",
        ["1.2.840.10040.4.3"] = "SHA-1",
        ["1.3.14.3.2.13"] = "SHA-1",
        ["1.3.14.3.2.27"] = "SHA-1",
    };

    /// <summary>What is weak about these certificates.</summary>
    public static IEnumerable<CertificateFault> Faults(TrustPath path)
    {
        bool named = false;
        for (int i = 0; i < path.Certificates.Count; i++)
        {
            X509Certificate2 certificate = path.Certificates[i];
            if (WeakKey(certificate) is string key)
            {
                named = true;
                yield return new(ChatErrorCode.CertificateTooWeak, $"the key of {path.NameOf(i)} is too weak: {key}");
            }

            // Nothing rests on the signature of what is trusted for itself.
            if (!path.IsTrustedItself(i) && WeakHash(certificate) is string hash)
            {
                named = true;
                yield return new(ChatErrorCode.CertificateTooWeak, $"the signature on {path.NameOf(i)} is too weak: {hash}");
            }
        }

        if (!named && path.Status.HasFlag(X509ChainStatusFlags.HasWeakSignature))
        {
            yield return new(ChatErrorCode.CertificateTooWeak, "this system finds a signature on it, or on one above it, too weak");
        }
    }

    private static string? WeakKey(X509Certificate2 certificate)
    {
        switch (certificate.PublicKey.Oid.Value)
        {
            case RsaOid or RsaPssOid:
                using (RSA? rsa = certificate.PublicKey.GetRSAPublicKey())
                {
                    return rsa is { KeySize: < LeastRsa } ? $"RSA of {rsa.KeySize} bits, where {LeastRsa} are the least" : null;
                }

            case EllipticCurveOid:
                using (ECDiffieHellman? curve = certificate.PublicKey.GetECDiffieHellmanPublicKey())
                {
                    return curve is { KeySize: < LeastEllipticCurve } ? $"an elliptic curve of {curve.KeySize} bits, where {LeastEllipticCurve} are the least" : null;
                }

            case DsaOid:
                return "DSA";

            default:
                return null;
        }
    }

    private static string? WeakHash(X509Certificate2 certificate) =>
        certificate.SignatureAlgorithm.Value is not string algorithm ? null
        : algorithm == RsaPssOid ? WeakHashOfPss(certificate.RawDataMemory)
        : s_weak.GetValueOrDefault(algorithm);

    /// <summary>RSASSA-PSS names its hash in its parameters (RFC 4055), and means SHA-1 where it names none.</summary>
    private static string? WeakHashOfPss(ReadOnlyMemory<byte> encoded)
    {
        try
        {
            AsnReader certificate = new AsnReader(encoded, AsnEncodingRules.DER).ReadSequence();
            certificate.ReadEncodedValue();
            AsnReader algorithm = certificate.ReadSequence();
            algorithm.ReadObjectIdentifier();
            AsnReader parameters = algorithm.ReadSequence();
            Asn1Tag hashTag = new(TagClass.ContextSpecific, 0);
            return !parameters.HasData || !parameters.PeekTag().HasSameClassAndValue(hashTag)
                ? "SHA-1"
                : parameters.ReadSequence(hashTag).ReadSequence().ReadObjectIdentifier() switch
                {
                    Sha1Oid => "SHA-1",
                    Md5Oid => "MD5",
                    _ => null,
                };
        }
        catch (AsnContentException e)
        {
            throw new CryptographicException(e.Message, e);
        }
    }
}
