using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using TcpChat.Errors;
using TcpChat.Security;

namespace TcpChat.Core.Tests.Security;

public sealed class CertificateFilesTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly X509Certificate2 _one = Make("one");
    private readonly X509Certificate2 _two = Make("two");

    [Fact]
    public void Authorities_come_from_bundles_and_from_der_in_their_order()
    {
        string bundle = Write("bundle.pem", $"# ours\n{_one.ExportCertificatePem()}\n\n# theirs\n{_two.ExportCertificatePem()}\n");
        string der = _folder.Write("two.crt", _two.RawData);

        Assert.Equal(["CN=one", "CN=two", "CN=two"], CertificateFiles.ReadAuthorities(bundle, der).Select(static c => c.Subject));
    }

    [Fact]
    public void A_private_key_in_the_file_does_not_come_along()
    {
        using ECDsa key = _one.GetECDsaPrivateKey()!;
        string path = Write("both.pem", key.ExportPkcs8PrivateKeyPem() + "\n" + _one.ExportCertificatePem());
        Assert.False(Assert.Single(CertificateFiles.ReadAuthorities(path)).HasPrivateKey);
    }

    [Theory]
    [InlineData("hello")]
    [InlineData("")]
    [InlineData("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n")]
    public void A_file_without_a_certificate_is_told(string content)
    {
        ChatException error = Assert.Throws<ChatException>(() => CertificateFiles.ReadAuthorities(Write("a.pem", content)));
        Assert.Equal(ChatErrorCode.CertificateFileInvalid, error.Code);
        Assert.Contains($"'{_folder["a.pem"]}' has no certificate in it", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_certificate_among_good_ones_is_told()
    {
        string path = Write("a.pem", _one.ExportCertificatePem() + "\n" + _two.ExportCertificatePem()[..^30]);
        Assert.Contains("damaged", Assert.Throws<ChatException>(() => CertificateFiles.ReadAuthorities(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pfx_is_no_file_of_authorities()
    {
        string path = _folder.Write("a.pem", _one.Export(X509ContentType.Pkcs12));
        Assert.Contains("PFX", Assert.Throws<ChatException>(() => CertificateFiles.ReadAuthorities(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_there_is_told() =>
        Assert.Equal(ChatErrorCode.FileNotFound, Assert.Throws<ChatException>(() => CertificateFiles.ReadAuthorities(_folder["none.pem"])).Code);

    public void Dispose()
    {
        _folder.Dispose();
        _one.Dispose();
        _two.Dispose();
    }

    private static X509Certificate2 Make(string name)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    private string Write(string name, string content) => _folder.Write(name, Encoding.ASCII.GetBytes(content));
}
