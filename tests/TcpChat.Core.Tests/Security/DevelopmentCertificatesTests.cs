using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using TcpChat.Errors;
using TcpChat.Security;

namespace TcpChat.Core.Tests.Security;

public sealed class DevelopmentCertificatesTests : IDisposable
{
    private static readonly CertificateSubject s_server =
        new() { Name = "server", Purpose = CertificatePurpose.Server, DnsNames = ["localhost", "*.example.test"], Addresses = [IPAddress.Loopback, IPAddress.IPv6Loopback] };

    private static readonly CertificateSubject s_client = new() { Name = "client", Purpose = CertificatePurpose.Client };

    private readonly TestFolder _folder = new();
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public void A_set_is_an_authority_and_what_it_has_issued()
    {
        IReadOnlyList<IssuedCertificate> made = DevelopmentCertificates.Create([s_server, s_client], Options());

        Assert.Equal([CertificatePurpose.Authority, CertificatePurpose.Server, CertificatePurpose.Client], made.Select(static m => m.Purpose));
        Assert.Equal(["CN=localhost", "CN=client"], made.Skip(1).Select(static m => m.Subject));
        Assert.All(made, m => Assert.Equal(Path.Combine(_folder["certs"], "authority.pem"), m.TrustedCertificatePath));
        foreach (IssuedCertificate one in made)
        {
            X509Certificate2 certificate = CertificateIdentity.FromFile(one.CertificatePath, one.KeyPath).Certificate;
            Assert.Equal(one.Thumbprint, Thumbprint.Of(certificate));
            Assert.Equal(one.SerialNumber, certificate.SerialNumber);
            Assert.Equal("1.2.840.10045.4.3.2", certificate.SignatureAlgorithm.Value);
            Assert.Equal(ECCurve.NamedCurves.nistP256.Oid.Value, certificate.GetECDsaPublicKey()!.ExportParameters(false).Curve.Oid.Value);
            Assert.Equal(one.Purpose == CertificatePurpose.Authority, Only<X509BasicConstraintsExtension>(certificate).CertificateAuthority);
            Assert.True(Only<X509BasicConstraintsExtension>(certificate).Critical);
            Assert.NotEmpty(Only<X509SubjectKeyIdentifierExtension>(certificate).SubjectKeyIdentifier!);
            AssertChain(certificate, one.TrustedCertificatePath);
        }
    }

    [Fact]
    public void Each_has_the_uses_that_it_is_for_and_no_others()
    {
        X509Certificate2[] made = [.. DevelopmentCertificates.Create([s_server, s_client], Options()).Select(static m => X509CertificateLoader.LoadCertificateFromFile(m.CertificatePath))];

        Assert.Equal(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, Only<X509KeyUsageExtension>(made[0]).KeyUsages);
        Assert.Equal((true, 0), (Only<X509BasicConstraintsExtension>(made[0]).HasPathLengthConstraint, Only<X509BasicConstraintsExtension>(made[0]).PathLengthConstraint));
        Assert.Empty(made[0].Extensions.OfType<X509EnhancedKeyUsageExtension>());
        foreach ((X509Certificate2 certificate, string use) in made.Skip(1).Zip(["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"]))
        {
            Assert.Equal(X509KeyUsageFlags.DigitalSignature, Only<X509KeyUsageExtension>(certificate).KeyUsages);
            Assert.Equal([use], Only<X509EnhancedKeyUsageExtension>(certificate).EnhancedKeyUsages.Cast<Oid>().Select(static o => o.Value!));
            Assert.Equal(
                Only<X509SubjectKeyIdentifierExtension>(made[0]).SubjectKeyIdentifierBytes.ToArray(),
                Only<X509AuthorityKeyIdentifierExtension>(certificate).KeyIdentifier!.Value.ToArray());
        }

        X509SubjectAlternativeNameExtension names = Only<X509SubjectAlternativeNameExtension>(made[1]);
        Assert.Equal(["localhost", "*.example.test"], names.EnumerateDnsNames());
        Assert.Equal([IPAddress.Loopback, IPAddress.IPv6Loopback], names.EnumerateIPAddresses());
        Assert.Empty(made[2].Extensions.OfType<X509SubjectAlternativeNameExtension>());
    }

    [Fact]
    public void A_clock_that_is_late_accepts_them_too()
    {
        DateTimeOffset now = _time.GetUtcNow();
        Assert.All(
            DevelopmentCertificates.Create([s_server], Options() with { ValidDays = 30 }),
            made =>
            {
                Assert.InRange(made.NotBefore, now.AddMinutes(-61), now.AddMinutes(-59));
                Assert.InRange(made.NotAfter, now.AddDays(30).AddSeconds(-1), now.AddDays(30));
            });
    }

    [Fact]
    public void Numbers_and_authorities_are_never_the_same_twice()
    {
        IssuedCertificate[] made = [.. DevelopmentCertificates.Create([s_server], Options()), .. DevelopmentCertificates.Create([s_server], Options("others"))];
        Assert.Equal(4, made.Select(static m => m.SerialNumber).Distinct().Count());
        Assert.All(made, static m => Assert.InRange(m.SerialNumber.TrimStart('0').Length, 31, 32));
        Assert.NotEqual(made[0].Subject, made[2].Subject);
    }

    [Fact]
    public void A_key_is_for_its_owner_alone_and_nothing_else_is_left()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Modes are of Unix.");
        if (!OperatingSystem.IsWindows())
        {
            foreach (IssuedCertificate made in DevelopmentCertificates.Create([s_server, s_client], Options()))
            {
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(made.KeyPath));
            }
        }

        Assert.Equal(
            ["authority.key.pem", "authority.pem", "client.key.pem", "client.pem", "server.key.pem", "server.pem"],
            Directory.GetFiles(_folder["certs"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Where_one_file_is_there_none_is_written()
    {
        Directory.CreateDirectory(_folder["certs"]);
        string taken = Path.Combine(_folder["certs"], "client.key.pem");
        File.WriteAllText(taken, "mine");

        ChatException error = Assert.Throws<ChatException>(() => DevelopmentCertificates.Create([s_server, s_client], Options()));

        Assert.Equal(ChatErrorCode.FileExists, error.Code);
        Assert.Contains(taken, error.Message, StringComparison.Ordinal);
        Assert.Equal([taken], Directory.GetFileSystemEntries(_folder["certs"]));
        Assert.Equal("mine", File.ReadAllText(taken));
    }

    [Fact]
    public void Files_are_replaced_where_that_is_asked_for_and_a_key_is_private_again()
    {
        IssuedCertificate before = DevelopmentCertificates.Create([s_client], Options())[1];
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(before.KeyPath, (UnixFileMode)0b110_110_110);
        }

        IssuedCertificate after = DevelopmentCertificates.Create([s_client], Options() with { Overwrite = true })[1];

        Assert.NotEqual(before.Thumbprint, after.Thumbprint);
        Assert.Equal(after.Thumbprint, Thumbprint.Of(CertificateIdentity.FromFile(after.CertificatePath, after.KeyPath).Certificate));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(after.KeyPath));
        }
    }

    [Fact]
    public void A_folder_in_the_way_is_told()
    {
        Directory.CreateDirectory(Path.Combine(_folder["certs"], "server.pem"));
        Assert.Equal(ChatErrorCode.PathIsFolder, Assert.Throws<ChatException>(() => DevelopmentCertificates.Create([s_server], Options() with { Overwrite = true })).Code);
    }

    [Fact]
    public void A_folder_that_cannot_be_made_is_told()
    {
        _folder.Write("file", []);
        Assert.Equal(
            ChatErrorCode.FileExists,
            Assert.Throws<ChatException>(() => DevelopmentCertificates.Create([s_server], Options("file"))).Code);
    }

    [Fact]
    public void Keys_can_be_encrypted()
    {
        IReadOnlyList<IssuedCertificate> made = DevelopmentCertificates.Create([s_client], Options(), "secret");
        foreach (IssuedCertificate one in made)
        {
            Assert.StartsWith("-----BEGIN ENCRYPTED PRIVATE KEY-----", File.ReadAllText(one.KeyPath), StringComparison.Ordinal);
            Assert.True(CertificateIdentity.FromFile(one.CertificatePath, one.KeyPath, "secret").Certificate.HasPrivateKey);
        }

        Assert.Equal(
            ChatErrorCode.KeyPasswordWrong,
            Assert.Throws<ChatException>(() => Issue(made[0].CertificatePath, "bob")).Code);
        Assert.Single(DevelopmentCertificates.Issue(made[0].CertificatePath, null, "secret", [s_client with { Name = "bob" }], Options()));
    }

    [Fact]
    public void An_authority_issues_further_certificates_later()
    {
        IssuedCertificate authority = DevelopmentCertificates.Create([], Options())[0];
        _time.Advance(TimeSpan.FromDays(300));

        IssuedCertificate bob = Assert.Single(Issue(authority.CertificatePath, "bob"));

        Assert.Equal(("CN=bob", CertificatePurpose.Client, authority.CertificatePath), (bob.Subject, bob.Purpose, bob.TrustedCertificatePath));
        Assert.Equal(authority.NotAfter, bob.NotAfter);
        AssertChain(X509CertificateLoader.LoadCertificateFromFile(bob.CertificatePath), authority.CertificatePath);

        _time.Advance(TimeSpan.FromDays(66));
        Assert.Equal(ChatErrorCode.CertificateExpired, Assert.Throws<ChatException>(() => Issue(authority.CertificatePath, "eve")).Code);
    }

    [Fact]
    public void Of_an_authority_below_another_its_own_certificate_is_sent_along_and_the_root_is_not()
    {
        using RSA rootKey = RSA.Create(2048);
        using RSA middleKey = RSA.Create(2048);
        DateTimeOffset now = _time.GetUtcNow();
        CertificateRequest rootRequest = new("CN=root", rootKey, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        rootRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using X509Certificate2 root = rootRequest.CreateSelfSigned(now.AddDays(-1), now.AddDays(20));
        CertificateRequest middleRequest = new("CN=middle", middleKey, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        middleRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using X509Certificate2 middle = middleRequest.Create(root, now.AddDays(-1), now.AddDays(10), [1, 2]);
        string path = _folder.Write("team.pem", System.Text.Encoding.ASCII.GetBytes(middle.ExportCertificatePem() + "\n" + root.ExportCertificatePem() + "\n" + middleKey.ExportPkcs8PrivateKeyPem()));

        IssuedCertificate bob = Assert.Single(Issue(path, "bob"));

        Assert.Equal(["CN=bob", "CN=middle"], CertificateFiles.ReadAuthorities(bob.CertificatePath).Select(static c => c.Subject));
        Assert.Equal(middle.NotAfter, bob.NotAfter.LocalDateTime);
        AssertChain(CertificateFiles.ReadAuthorities(bob.CertificatePath)[0], path);
    }

    [Fact]
    public void Who_is_no_authority_issues_nothing()
    {
        IssuedCertificate server = DevelopmentCertificates.Create([s_server], Options())[1];
        ChatException error = Assert.Throws<ChatException>(() => Issue(server.CertificatePath, "bob"));
        Assert.Equal(ChatErrorCode.CertificateFileInvalid, error.Code);
        Assert.Contains("is no authority's", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_authority_is_never_replaced_by_what_it_issues()
    {
        IssuedCertificate authority = DevelopmentCertificates.Create([], Options())[0];
        ChatException error = Assert.Throws<ChatException>(() => Issue(authority.CertificatePath, "Authority", overwrite: true));
        Assert.Equal(ChatErrorCode.FileExists, error.Code);
        Assert.Equal(authority.Thumbprint, Thumbprint.Of(X509CertificateLoader.LoadCertificateFromFile(authority.CertificatePath)));
    }

    [Theory]
    [InlineData("bob", true)]
    [InlineData("Bob Smith, bob@example.com", true)]
    [InlineData("Зоя", true)]
    [InlineData("", false)]
    [InlineData("..", false)]
    [InlineData(".bob", false)]
    [InlineData("bob.", false)]
    [InlineData(" bob", false)]
    [InlineData("a/b", false)]
    [InlineData("a\\b", false)]
    [InlineData("a:b", false)]
    [InlineData("a\nb", false)]
    [InlineData("bob.key", false)]
    public void A_name_is_one_that_files_can_have(string name, bool expected) => Assert.Equal(expected, CertificateSubject.IsName(name));

    [Theory]
    [InlineData("localhost", true)]
    [InlineData("chat.example.com", true)]
    [InlineData("*.example.com", true)]
    [InlineData("bücher.example", true)]
    [InlineData("127.0.0.1", false)]
    [InlineData("::1", false)]
    [InlineData("a b", false)]
    [InlineData("*", false)]
    [InlineData("", false)]
    public void A_computer_s_name_is_no_address(string name, bool expected) => Assert.Equal(expected, CertificateSubject.IsDnsName(name));

    public void Dispose() => _folder.Dispose();

    private static T Only<T>(X509Certificate2 certificate)
        where T : X509Extension => Assert.Single(certificate.Extensions.OfType<T>());

    private void AssertChain(X509Certificate2 certificate, string authorityPath)
    {
        using X509Chain chain = new();
        X509Certificate2Collection authorities = CertificateFiles.ReadAuthorities(authorityPath);
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.VerificationTime = _time.GetUtcNow().LocalDateTime;
        Assert.True(chain.Build(certificate), string.Join(", ", chain.ChainStatus.Select(static s => s.StatusInformation)));
    }

    private IReadOnlyList<IssuedCertificate> Issue(string authorityPath, string name, bool overwrite = false) =>
        DevelopmentCertificates.Issue(authorityPath, null, default, [s_client with { Name = name }], Options() with { Overwrite = overwrite });

    private DevelopmentCertificateOptions Options(string folder = "certs") => new() { Folder = _folder[folder], Time = _time };
}
