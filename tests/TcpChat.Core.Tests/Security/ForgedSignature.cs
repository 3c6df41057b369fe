using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace TcpChat.Core.Tests.Security;

/// <summary>Signs with MD5 and SHA-1 as well, which the framework's own generators do not.</summary>
internal sealed class ForgedSignature(AsymmetricAlgorithm key, bool isPss) : X509SignatureGenerator
{
    private const string Pss = "1.2.840.113549.1.1.10";
    private const string Mgf1 = "1.2.840.113549.1.1.8";

    public override byte[] GetSignatureAlgorithmIdentifier(HashAlgorithmName hashAlgorithm)
    {
        AsnWriter writer = new(AsnEncodingRules.DER);
        writer.PushSequence();
        if (isPss)
        {
            WritePss(writer, hashAlgorithm);
        }
        else
        {
            writer.WriteObjectIdentifier(SignatureOid(hashAlgorithm));
            if (key is RSA)
            {
                writer.WriteNull();
            }
        }

        writer.PopSequence();
        return writer.Encode();
    }

    public override byte[] SignData(byte[] data, HashAlgorithmName hashAlgorithm) => key switch
    {
        RSA rsa => rsa.SignData(data, hashAlgorithm, isPss ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1),
        ECDsa curve => curve.SignData(data, hashAlgorithm, DSASignatureFormat.Rfc3279DerSequence),
        _ => throw new NotSupportedException($"{key} signs no certificates here."),
    };

    protected override PublicKey BuildPublicKey() => new(key);

    private static void WritePss(AsnWriter writer, HashAlgorithmName hash)
    {
        writer.WriteObjectIdentifier(Pss);
        using AsnWriter.Scope parameters = writer.PushSequence();

        // Parameters that say nothing mean SHA-1 with a salt of 20 bytes.
        if (hash != HashAlgorithmName.SHA1)
        {
            using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0)))
            {
                WriteHash(writer, hash);
            }

            using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 1)))
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier(Mgf1);
                WriteHash(writer, hash);
            }

            using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 2)))
            {
                writer.WriteInteger(32);
            }
        }
    }

    private static void WriteHash(AsnWriter writer, HashAlgorithmName hash)
    {
        using AsnWriter.Scope scope = writer.PushSequence();
        writer.WriteObjectIdentifier(hash == HashAlgorithmName.SHA256 ? "2.16.840.1.101.3.4.2.1" : throw new NotSupportedException($"{hash}"));
        writer.WriteNull();
    }

    private string SignatureOid(HashAlgorithmName hash) => (key is RSA, hash.Name) switch
    {
        (true, "MD5") => "1.2.840.113549.1.1.4",
        (true, "SHA1") => "1.2.840.113549.1.1.5",
        (true, "SHA256") => "1.2.840.113549.1.1.11",
        (false, "SHA1") => "1.2.840.10045.4.1",
        (false, "SHA256") => "1.2.840.10045.4.3.2",
        _ => throw new NotSupportedException($"{hash}"),
    };
}
