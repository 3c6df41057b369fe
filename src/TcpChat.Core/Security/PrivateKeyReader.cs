using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using TcpChat.Errors;

namespace TcpChat.Security;

/// <summary>Finds the private key of a certificate in a PEM file.</summary>
internal static class PrivateKeyReader
{
    private const string Pkcs8 = "PRIVATE KEY";
    private const string EncryptedPkcs8 = "ENCRYPTED PRIVATE KEY";
    private const string Pkcs1 = "RSA PRIVATE KEY";
    private const string Sec1 = "EC PRIVATE KEY";

    private const string RsaOid = "1.2.840.113549.1.1.1";
    private const string EllipticCurveOid = "1.2.840.10045.2.1";
    private const string Pbes2Oid = "1.2.840.113549.1.5.13";
    private const string Pbkdf2Oid = "1.2.840.113549.1.5.12";

    private static readonly byte[] s_oldEncryption = "Proc-Type: 4,ENCRYPTED"u8.ToArray();

    /// <summary>The certificate with its private key.</summary>
    /// <param name="certificate">The certificate.</param>
    /// <param name="file">Where the key is.</param>
    /// <param name="password">What the key is encrypted with; ignored where it is not encrypted.</param>
    /// <exception cref="ChatException"><see cref="ChatErrorCode.CertificateFileInvalid"/> or <see cref="ChatErrorCode.KeyPasswordWrong"/>.</exception>
    public static X509Certificate2 Join(X509Certificate2 certificate, CertificateFile file, ReadOnlySpan<char> password)
    {
        PemBlock block = file.Blocks().FirstOrDefault(static b => b.Label is Pkcs8 or EncryptedPkcs8 or Pkcs1 or Sec1);
        if (block.Label is null)
        {
            throw file.Invalid(
                file.Bytes.IndexOf(s_oldEncryption) >= 0 ? "has a private key in an old form of encryption, which is not read: 'openssl pkcs8 -topk8' makes it PKCS#8."
                : file.IsPem ? "has no private key in it."
                : "has no private key in PEM form in it.");
        }

        if (block.Label == EncryptedPkcs8 && password.IsEmpty)
        {
            throw new ChatException(ChatErrorCode.KeyPasswordWrong, $"The private key in '{file.Path}' is encrypted, and no password is given.");
        }

        byte[] key = file.Decode(block);
        try
        {
            return Join(certificate, file, block.Label, key, password);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    private static X509Certificate2 Join(X509Certificate2 certificate, CertificateFile file, string label, ReadOnlySpan<byte> key, ReadOnlySpan<char> password)
    {
        bool isRsa = certificate.GetKeyAlgorithm() switch
        {
            RsaOid => true,
            EllipticCurveOid => false,
            string other => throw new ChatException(
                ChatErrorCode.CertificateFileInvalid, $"The certificate '{certificate.Subject}' has a key of a kind that is not used here ({other}): RSA and elliptic curves are."),
        };
        using AsymmetricAlgorithm own = isRsa ? RSA.Create() : ECDsa.Create();
        if (!TryImport(own, label, key, password, out Exception? fault))
        {
            using AsymmetricAlgorithm other = isRsa ? ECDsa.Create() : RSA.Create();
            throw TryImport(other, label, key, password, out _) ? OfAnother(certificate, file)
                : label == EncryptedPkcs8 && IsKnownEncryption(key) ? new ChatException(ChatErrorCode.KeyPasswordWrong, $"The private key in '{file.Path}' cannot be opened with this password.", fault)
                : file.Invalid("has a private key in it that is damaged, or of a kind that is not known.", fault);
        }

        try
        {
            return own is RSA rsa ? certificate.CopyWithPrivateKey(rsa) : certificate.CopyWithPrivateKey((ECDsa)own);
        }
        catch (ArgumentException)
        {
            throw OfAnother(certificate, file);
        }
    }

    private static ChatException OfAnother(X509Certificate2 certificate, CertificateFile file) =>
        file.Invalid($"has a private key that is not the one of the certificate '{certificate.Subject}'; of several certificates, the key's own must come first.");

    private static bool TryImport(AsymmetricAlgorithm algorithm, string label, ReadOnlySpan<byte> key, ReadOnlySpan<char> password, out Exception? fault)
    {
        fault = null;
        try
        {
            switch (label)
            {
                case Pkcs8:
                    algorithm.ImportPkcs8PrivateKey(key, out _);
                    return true;
                case EncryptedPkcs8:
                    algorithm.ImportEncryptedPkcs8PrivateKey(password, key, out _);
                    return true;
                case Pkcs1 when algorithm is RSA rsa:
                    rsa.ImportRSAPrivateKey(key, out _);
                    return true;
                case Sec1 when algorithm is ECDsa curve:
                    curve.ImportECPrivateKey(key, out _);
                    return true;
                default:
                    return false;
            }
        }
        catch (Exception e) when (e is CryptographicException or PlatformNotSupportedException)
        {
            fault = e;
            return false;
        }
    }

    /// <summary>True where it is encrypted in a way that the framework knows, so that it is the password's fault where it cannot be opened.</summary>
    private static bool IsKnownEncryption(ReadOnlySpan<byte> key)
    {
        try
        {
            AsnReader info = new AsnReader(key.ToArray(), AsnEncodingRules.BER).ReadSequence();
            AsnReader algorithm = info.ReadSequence();
            info.ReadOctetString();
            return algorithm.ReadObjectIdentifier() != Pbes2Oid || algorithm.ReadSequence().ReadSequence().ReadObjectIdentifier() == Pbkdf2Oid;
        }
        catch (AsnContentException)
        {
            return false;
        }
    }
}
