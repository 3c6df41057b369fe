using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using TcpChat.Core.Tests.Security;

namespace TcpChat.Core.Tests.ForeignPeers;

/// <summary>Certificates by name, good ones and each kind of bad one, as files for foreign programs and in memory for ours.</summary>
public sealed class OpensslFiles : IDisposable
{
    private static readonly DateTimeOffset s_past = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly DateTimeOffset s_future = new(2098, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tcpchat-test-");
    private readonly ForgedCertificate _root = ForgedCertificate.Authority();
    private readonly ForgedCertificate _stranger = ForgedCertificate.Authority("Stranger");
    private readonly ForgedCertificate _intermediate;
    private readonly Dictionary<string, ForgedCertificate> _made = [];

    public OpensslFiles() => _intermediate = _root.IssueAuthority();

    /// <summary>The authority that is trusted.</summary>
    public X509Certificate2 Root => _root.Certificate;

    /// <summary>An authority below it.</summary>
    public X509Certificate2 Intermediate => _intermediate.Certificate;

    /// <summary>The authority that is trusted, as a file.</summary>
    public string RootFile => Write("root.pem", _root.Pem);

    /// <summary>Another authority, as a file.</summary>
    public string StrangerFile => Write("stranger.pem", _stranger.Pem);

    /// <summary>The authority below the one that is trusted, as a file.</summary>
    public string IntermediateFile => Write("intermediate.pem", _intermediate.Pem);

    /// <summary>A certificate with its key.</summary>
    public X509Certificate2 Certificate(string name) => Made(name).Certificate;

    /// <summary>A certificate, as a file.</summary>
    public string CertificateFile(string name) => Write($"{name}.pem", Made(name).Pem);

    /// <summary>Its key, as a file.</summary>
    public string KeyFile(string name) => Write($"{name}.key", Made(name).KeyPem);

    /// <summary>How openssl is told to show a certificate; at level 0 it shows weak ones too.</summary>
    public string[] Show(string name) => ["-cert", CertificateFile(name), "-key", KeyFile(name), "-cipher", "DEFAULT@SECLEVEL=0"];

    public void Dispose()
    {
        foreach (ForgedCertificate one in _made.Values.Concat([_root, _stranger, _intermediate]))
        {
            one.Dispose();
        }

        _folder.Delete(recursive: true);
    }

    private ForgedCertificate Made(string name)
    {
        if (!_made.TryGetValue(name, out ForgedCertificate? made))
        {
            _made[name] = made = Make(name);
        }

        return made;
    }

    private ForgedCertificate Make(string name) => name switch
    {
        "server" => _root.Issue(CertificateWish.Server),
        "server of intermediate" => _intermediate.Issue(CertificateWish.Server),
        "server of stranger" => _stranger.Issue(CertificateWish.Server),
        "expired server" => _root.Issue(CertificateWish.Server with { NotAfter = s_past }),
        "future server" => _root.Issue(CertificateWish.Server with { NotBefore = s_future }),
        "other server" => _root.Issue(CertificateWish.Server with { Names = ["example.test"] }),
        "self-signed server" => ForgedCertificate.SelfSigned(CertificateWish.Server),
        "weak server" => _root.Issue(CertificateWish.Server with { Key = ForgedKey.Rsa1024 }),
        "sha1 server" => _root.Issue(CertificateWish.Server with { Hash = HashAlgorithmName.SHA1 }),
        "forged server" => _root.IssueFalsely(CertificateWish.Server),
        "client" => _root.Issue(CertificateWish.Client),
        "absent client" => _root.Issue(CertificateWish.Client with { Name = "eve" }),
        "client of intermediate" => _intermediate.Issue(CertificateWish.Client),
        "client of stranger" => _stranger.Issue(CertificateWish.Client),
        "expired client" => _root.Issue(CertificateWish.Client with { NotAfter = s_past }),
        "future client" => _root.Issue(CertificateWish.Client with { NotBefore = s_future }),
        "self-signed client" => ForgedCertificate.SelfSigned(CertificateWish.Client),
        "weak client" => _root.Issue(CertificateWish.Client with { Key = ForgedKey.Rsa1024 }),
        "sha1 client" => _root.Issue(CertificateWish.Client with { Hash = HashAlgorithmName.SHA1 }),
        "forged client" => _root.IssueFalsely(CertificateWish.Client),
        "hostile client" => _stranger.Issue(CertificateWish.Client with { Name = "ada\u001B[2J\r\n\u202E" }),
        "unreadable client" => _root.Issue(CertificateWish.Client with { Purposes = [], Extensions = [new X509Extension("2.5.29.37", [1, 2, 3], critical: false)] }),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, null),
    };

    private string Write(string name, string content)
    {
        string path = Path.Combine(_folder.FullName, name);
        if (!File.Exists(path))
        {
            File.WriteAllText(path, content);
        }

        return path;
    }
}
