using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using TcpChat.Errors;
using TcpChat.Security;

namespace TcpChat.Core.Tests.Security;

public sealed class CertificateIdentityTests : IDisposable
{
    private const string Password = "correct horse";

    private static readonly PbeParameters s_encryption = new(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, iterationCount: 10);

    /// <summary>One for all tests: it takes long to make.</summary>
    private static readonly RSA s_rsa = RSA.Create(2048);

    private readonly TestFolder _folder = new();
    private readonly ECDsa _curve = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public static TheoryData<string, bool, bool> Forms
    {
        get
        {
            TheoryData<string, bool, bool> all = [];
            foreach (string form in new[] { "PKCS#8", "encrypted PKCS#8", "old form" })
            {
                all.Add(form, false, false);
                all.Add(form, false, true);
                all.Add(form, true, false);
                all.Add(form, true, true);
            }

            return all;
        }
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void A_key_is_read_from_its_own_file_and_from_the_certificate_s(string form, bool isRsa, bool isApart)
    {
        using X509Certificate2 certificate = SelfSigned(isRsa);
        string key = KeyPem(isRsa ? s_rsa : _curve, form);
        string path = Write("a.pem", isApart ? certificate.ExportCertificatePem() : key + "\n" + certificate.ExportCertificatePem());

        CertificateIdentity identity = CertificateIdentity.FromFile(path, isApart ? Write("a.key", key) : null, Password);

        Assert.Equal(certificate.Thumbprint, identity.Certificate.Thumbprint);
        AssertSigns(identity.Certificate);
    }

    [Fact]
    public void The_certificates_after_the_first_are_sent_along()
    {
        (X509Certificate2 root, X509Certificate2 middle, X509Certificate2 leaf) = Chain();
        string path = Write("full.pem", "A comment.\r\n" + (leaf.ExportCertificatePem() + "\n" + middle.ExportCertificatePem()).ReplaceLineEndings("\r\n"));

        CertificateIdentity identity = CertificateIdentity.FromFile(path, Write("full.key", _curve.ExportPkcs8PrivateKeyPem()));

        Assert.Equal(leaf.Thumbprint, identity.Certificate.Thumbprint);
        Assert.Equal([middle.Thumbprint], identity.Context.IntermediateCertificates.Select(static c => c.Thumbprint));
        root.Dispose();
    }

    [Theory]
    [InlineData("")]
    [InlineData(Password)]
    public void A_pfx_is_told_by_what_is_in_it(string password)
    {
        (X509Certificate2 root, X509Certificate2 middle, X509Certificate2 leaf) = Chain();
        byte[] pfx = new X509Certificate2Collection { root, middle, leaf }.Export(X509ContentType.Pkcs12, password)!;

        CertificateIdentity identity = CertificateIdentity.FromFile(_folder.Write("server.pem", pfx), password: password);

        Assert.Equal(leaf.Thumbprint, identity.Certificate.Thumbprint);
        Assert.Equal([middle.Thumbprint], identity.Context.IntermediateCertificates.Select(static c => c.Thumbprint));
        AssertSigns(identity.Certificate);
    }

    [Fact]
    public void A_certificate_in_der_goes_with_a_key_in_pem()
    {
        using X509Certificate2 certificate = SelfSigned();
        AssertSigns(CertificateIdentity.FromFile(_folder.Write("a.cer", certificate.RawData), Write("a.key", _curve.ExportPkcs8PrivateKeyPem())).Certificate);
    }

    [Fact]
    public void What_is_read_does_for_a_handshake()
    {
        using X509Certificate2 certificate = SelfSigned();
        CertificateIdentity identity = CertificateIdentity.FromFile(Write("a.pem", certificate.ExportCertificatePem() + "\n" + KeyPem(_curve, "encrypted PKCS#8")), password: Password);
        Assert.NotNull(SslStreamCertificateContext.Create(identity.Certificate, null, offline: true));
    }

    [Theory]
    [InlineData("encrypted PKCS#8", "wrong", "cannot be opened with this password")]
    [InlineData("encrypted PKCS#8", "", "is encrypted, and no password is given")]
    [InlineData("pfx", "wrong", "cannot be opened with this password")]
    [InlineData("pfx", "", "is encrypted, and no password is given")]
    public void A_password_that_is_wrong_or_missing_is_told(string form, string password, string told)
    {
        using X509Certificate2 certificate = SelfSigned();
        string path = form == "pfx"
            ? _folder.Write("a.pfx", certificate.Export(X509ContentType.Pkcs12, Password))
            : Write("a.pem", certificate.ExportCertificatePem() + "\n" + KeyPem(_curve, form));

        ChatException error = Assert.Throws<ChatException>(() => CertificateIdentity.FromFile(path, password: password));

        Assert.Equal(ChatErrorCode.KeyPasswordWrong, error.Code);
        Assert.Contains(told, error.Message, StringComparison.Ordinal);
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, "PKCS#8")]
    [InlineData(false, "encrypted PKCS#8")]
    [InlineData(true, "PKCS#8")]
    [InlineData(true, "encrypted PKCS#8")]
    [InlineData(true, "old form")]
    public void A_key_of_another_certificate_is_told_whatever_its_kind(bool isRsa, string form)
    {
        using X509Certificate2 certificate = SelfSigned();
        using ECDsa other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        AssertInvalid("not the one of the certificate 'CN=test'", Write("a.pem", certificate.ExportCertificatePem()), Write("a.key", KeyPem(isRsa ? s_rsa : other, form)));
    }

    [Fact]
    public void What_is_missing_or_damaged_is_told()
    {
        using X509Certificate2 certificate = SelfSigned();
        string pem = certificate.ExportCertificatePem();
        string key = _curve.ExportPkcs8PrivateKeyPem();
        string good = Write("good.pem", pem);
        string damagedKey = PemEncoding.WriteString("PRIVATE KEY", [1, 2, 3]);

        AssertInvalid("has no certificate in it", Write("empty.pem", string.Empty));
        AssertInvalid("has no certificate in it", Write("text.pem", "hello"));
        AssertInvalid("has no certificate in it", Write("key.pem", key));
        AssertInvalid("has no private key in it", good);
        AssertInvalid("has no private key in it", good, good);
        AssertInvalid("has no private key in PEM form in it", good, Write("text.key", "hello"));
        AssertInvalid("has no private key in it", _folder.Write("none.pfx", new X509Certificate2Collection(X509CertificateLoader.LoadCertificate(certificate.RawData)).Export(X509ContentType.Pkcs12, Password)!));
        AssertInvalid("has a certificate in it that is damaged", Write("cut.pem", pem[..^40]));
        AssertInvalid("has a certificate in it that is damaged", Write("odd.pem", PemEncoding.WriteString("CERTIFICATE", [1, 2, 3]) + "\n" + key));
        AssertInvalid("has a private key in it that is damaged", good, Write("odd.key", damagedKey));
        AssertInvalid("has a private key in it that is damaged", good, Write("odd2.key", damagedKey.Replace("PRIVATE", "ENCRYPTED PRIVATE", StringComparison.Ordinal)));
        AssertInvalid("has more than 1024 KiB", _folder.Write("large.pem", new byte[(1024 * 1024) + 1]));
        AssertInvalid("'openssl pkcs8 -topk8'", good, Write("old.key", "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----\n"));
    }

    [Fact]
    public void A_pfx_goes_with_no_other_file()
    {
        using X509Certificate2 certificate = SelfSigned();
        string pfx = _folder.Write("a.pfx", certificate.Export(X509ContentType.Pkcs12));
        AssertInvalid("no other file with a key goes with it", pfx, Write("a.key", _curve.ExportPkcs8PrivateKeyPem()));
        AssertInvalid("named as the file with the certificate", Write("a.pem", certificate.ExportCertificatePem()), pfx);
    }

    [Fact]
    public void A_file_that_cannot_be_read_is_told()
    {
        using X509Certificate2 certificate = SelfSigned();
        string good = Write("good.pem", certificate.ExportCertificatePem());
        Assert.Equal(ChatErrorCode.FileNotFound, CodeOf(_folder["none.pem"]));
        Assert.Equal(ChatErrorCode.FileNotFound, CodeOf(good, _folder["none.key"]));
        Assert.Equal(ChatErrorCode.FileNotFound, CodeOf(Path.Combine(_folder["none"], "a.pem")));
        Assert.Equal(ChatErrorCode.PathIsFolder, CodeOf(Path.GetDirectoryName(good)!));
    }

    [Fact]
    public void A_device_without_an_end_is_too_large()
    {
        Assert.SkipUnless(File.Exists("/dev/zero"), "There is no /dev/zero here.");
        AssertInvalid("has more than 1024 KiB", "/dev/zero");
    }

    [Fact]
    public void No_error_has_the_key_or_the_password_in_it()
    {
        using X509Certificate2 certificate = SelfSigned();
        using ECDsa other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        string good = Write("good.pem", certificate.ExportCertificatePem());
        foreach (string key in new[] { other.ExportPkcs8PrivateKeyPem(), KeyPem(other, "encrypted PKCS#8"), KeyPem(s_rsa, "PKCS#8"), PemEncoding.WriteString("PRIVATE KEY", [1, 2, 3, 4, 5, 6]) })
        {
            string content = key.Split('\n')[1];
            foreach (string password in new[] { "not this one", Password })
            {
                ChatException error = Assert.Throws<ChatException>(() => CertificateIdentity.FromFile(good, Write("a.key", key), password));
                Assert.DoesNotContain(password, error.ToString(), StringComparison.Ordinal);
                Assert.DoesNotContain(content, error.ToString(), StringComparison.Ordinal);
                Assert.Empty(error.Data);
            }
        }
    }

    public void Dispose()
    {
        _folder.Dispose();
        _curve.Dispose();
    }

    private static void AssertSigns(X509Certificate2 certificate)
    {
        byte[] data = [1, 2, 3];
        using RSA? rsa = certificate.GetRSAPrivateKey();
        using RSA? rsaPublic = certificate.GetRSAPublicKey();
        using ECDsa? curve = certificate.GetECDsaPrivateKey();
        using ECDsa? curvePublic = certificate.GetECDsaPublicKey();
        Assert.True(
            rsa is null
                ? curvePublic!.VerifyData(data, curve!.SignData(data, HashAlgorithmName.SHA256), HashAlgorithmName.SHA256)
                : rsaPublic!.VerifyData(data, rsa.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
    }

    private static void AssertInvalid(string told, string path, string? keyPath = null)
    {
        ChatException error = Assert.Throws<ChatException>(() => CertificateIdentity.FromFile(path, keyPath, Password));
        Assert.Equal(ChatErrorCode.CertificateFileInvalid, error.Code);
        Assert.Contains(told, error.Message, StringComparison.Ordinal);
    }

    private static ChatErrorCode CodeOf(string path, string? keyPath = null) =>
        Assert.Throws<ChatException>(() => CertificateIdentity.FromFile(path, keyPath)).Code;

    private static string KeyPem(AsymmetricAlgorithm key, string form) => form switch
    {
        "PKCS#8" => key.ExportPkcs8PrivateKeyPem(),
        "encrypted PKCS#8" => key.ExportEncryptedPkcs8PrivateKeyPem(Password, s_encryption),
        _ => key is RSA rsa ? rsa.ExportRSAPrivateKeyPem() : ((ECDsa)key).ExportECPrivateKeyPem(),
    };

    private static X509Certificate2 Issue(string name, ECDsa key, X509Certificate2? issuer, bool isAuthority)
    {
        CertificateRequest request = new($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(isAuthority, false, 0, true));
        DateTimeOffset now = DateTimeOffset.UtcNow;
        return issuer is null ? request.CreateSelfSigned(now.AddDays(-2), now.AddDays(2)) : request.Create(issuer, now.AddDays(-1), now.AddDays(1), [1, 2, 3]);
    }

    /// <summary>A root, an authority below it, and a certificate that has the key of this test.</summary>
    private (X509Certificate2 Root, X509Certificate2 Middle, X509Certificate2 Leaf) Chain()
    {
        using ECDsa rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using ECDsa middleKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        X509Certificate2 root = Issue("root", rootKey, null, isAuthority: true);
        X509Certificate2 middle = Issue("middle", middleKey, root, isAuthority: true);
        using X509Certificate2 middleWithKey = middle.CopyWithPrivateKey(middleKey);
        return (root, middle, Issue("leaf", _curve, middleWithKey, isAuthority: false).CopyWithPrivateKey(_curve));
    }

    private X509Certificate2 SelfSigned(bool isRsa = false)
    {
        CertificateRequest request = isRsa ? new("CN=test", s_rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1) : new("CN=test", _curve, HashAlgorithmName.SHA256);
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    private string Write(string name, string content) => _folder.Write(name, Encoding.ASCII.GetBytes(content));
}
