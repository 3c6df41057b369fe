using System.Formats.Asn1;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace TcpChat.Core.Tests.Security;

/// <summary>A certificate made for a test, in memory, with its key; it can sign others, whether it may or not.</summary>
internal sealed class ForgedCertificate : IDisposable
{
    private const string AlternativeNamesOid = "2.5.29.17";

    private readonly AsymmetricAlgorithm _key;

    private ForgedCertificate(X509Certificate2 certificate, AsymmetricAlgorithm key)
    {
        Certificate = certificate;
        _key = key;
    }

    /// <summary>The certificate with its private key, unless that is of a kind that is not used with TLS.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>The certificate, as PEM.</summary>
    public string Pem => Certificate.ExportCertificatePem();

    /// <summary>Its private key, as PEM.</summary>
    public string KeyPem => _key.ExportPkcs8PrivateKeyPem();

    /// <summary>A certificate that it has signed itself.</summary>
    public static ForgedCertificate SelfSigned(CertificateWish wish)
    {
        AsymmetricAlgorithm key = KeyOf(wish.Key);
        return Make(wish, key, null, key);
    }

    /// <summary>An authority of its own.</summary>
    public static ForgedCertificate Authority(string name = "Test Root") => SelfSigned(CertificateWish.Authority with { Name = name });

    /// <summary>A certificate that this one has signed.</summary>
    public ForgedCertificate Issue(CertificateWish wish) => Make(wish, KeyOf(wish.Key), Certificate, _key);

    /// <summary>A certificate that says that this one has signed it, which is not so.</summary>
    public ForgedCertificate IssueFalsely(CertificateWish wish)
    {
        using AsymmetricAlgorithm other = KeyOf(ForgedKey.EcdsaP256);
        return Make(wish, KeyOf(wish.Key), Certificate, other);
    }

    /// <summary>An authority below this one.</summary>
    public ForgedCertificate IssueAuthority(string name = "Test Intermediate") => Issue(CertificateWish.Authority with { Name = name });

    public void Dispose()
    {
        Certificate.Dispose();
        _key.Dispose();
    }

    private static ForgedCertificate Make(CertificateWish wish, AsymmetricAlgorithm key, X509Certificate2? issuer, AsymmetricAlgorithm signer)
    {
        X500DistinguishedNameBuilder subject = new();
        subject.AddCommonName(wish.Name);
        CertificateRequest request = new(subject.Build(), new PublicKey(key), wish.Hash);
        foreach (X509Extension extension in ExtensionsOf(wish))
        {
            request.CertificateExtensions.Add(extension);
        }

        using X509Certificate2 made = request.Create(
            issuer?.SubjectName ?? request.SubjectName,
            new ForgedSignature(signer, wish.IsPss && signer is RSA),
            wish.NotBefore,
            wish.NotAfter,
            RandomNumberGenerator.GetBytes(12));
        return new ForgedCertificate(
            key switch
            {
                RSA rsa => made.CopyWithPrivateKey(rsa),
                ECDsa curve => made.CopyWithPrivateKey(curve),
                _ => X509CertificateLoader.LoadCertificate(made.RawData),
            },
            key);
    }

    private static IEnumerable<X509Extension> ExtensionsOf(CertificateWish wish)
    {
        yield return new X509BasicConstraintsExtension(wish.IsAuthority, wish.PathLength is not null, wish.PathLength ?? 0, critical: true);
        if (wish.KeyUsage is X509KeyUsageFlags usage)
        {
            yield return new X509KeyUsageExtension(usage, critical: true);
        }

        if (wish.Purposes.Length > 0)
        {
            yield return new X509EnhancedKeyUsageExtension([.. wish.Purposes.Select(static oid => new Oid(oid))], critical: false);
        }

        if (wish.Names.Length + wish.RawNames.Length > 0)
        {
            yield return new X509Extension(AlternativeNamesOid, AlternativeNames(wish), critical: false);
        }

        foreach (X509Extension extension in wish.Extensions)
        {
            yield return extension;
        }
    }

    private static byte[] AlternativeNames(CertificateWish wish)
    {
        AsnWriter writer = new(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            foreach (string name in wish.Names)
            {
                if (IPAddress.TryParse(name, out IPAddress? address))
                {
                    writer.WriteOctetString(address.GetAddressBytes(), new Asn1Tag(TagClass.ContextSpecific, 7));
                }
                else
                {
                    writer.WriteCharacterString(UniversalTagNumber.IA5String, name, new Asn1Tag(TagClass.ContextSpecific, 2));
                }
            }

            foreach (string name in wish.RawNames)
            {
                writer.WriteOctetString(Encoding.ASCII.GetBytes(name), new Asn1Tag(TagClass.ContextSpecific, 2));
            }
        }

        return writer.Encode();
    }

    private static AsymmetricAlgorithm KeyOf(ForgedKey kind) => kind switch
    {
        ForgedKey.EcdsaP256 => ECDsa.Create(ECCurve.NamedCurves.nistP256),
        ForgedKey.EcdsaP192 => ECDsa.Create(ECCurve.CreateFromValue("1.2.840.10045.3.1.1")),
        ForgedKey.Rsa2048 => RSA.Create(2048),
        ForgedKey.Rsa1024 => RSA.Create(1024),
        ForgedKey.Dsa => DSA.Create(1024),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };
}
