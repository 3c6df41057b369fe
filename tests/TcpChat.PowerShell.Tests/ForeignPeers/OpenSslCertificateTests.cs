using System.Threading.Channels;
using TcpChat.PowerShell.Tests.Host;

namespace TcpChat.PowerShell.Tests.ForeignPeers;

/// <summary>What New-TcpChatCertificate makes, as OpenSSL sees it; and what OpenSSL makes, as it is read here.</summary>
public sealed class OpenSslCertificateTests : IClassFixture<Engine>, IDisposable
{
    private readonly Engine _engine;
    private readonly TemporaryFolder _folder = new();

    public OpenSslCertificateTests(Engine engine)
    {
        _engine = engine;
        _engine.Run("param($Folder) $null = $ExecutionContext.SessionState.Path.SetLocation($Folder)", _folder.FullName);
    }

    [Fact]
    public async Task Openssl_verifies_each_for_its_purpose_and_for_no_other()
    {
        _engine.Run("New-TcpChatCertificate; New-TcpChatCertificate -AuthorityPath authority.pem -Name bob");
        Assert.Equal([$"{PathOf("server.pem")}: OK"], await VerifyAsync("sslserver", "server.pem", "-verify_hostname", "localhost"));
        Assert.Equal([$"{PathOf("server.pem")}: OK"], await VerifyAsync("sslserver", "server.pem", "-verify_ip", "::1"));
        Assert.Equal([$"{PathOf("client.pem")}: OK"], await VerifyAsync("sslclient", "client.pem"));
        Assert.Equal([$"{PathOf("bob.pem")}: OK"], await VerifyAsync("sslclient", "bob.pem"));
        Assert.Contains(await VerifyAsync("sslclient", "server.pem"), static line => line.Contains("unsuitable certificate purpose", StringComparison.Ordinal));
        Assert.Contains(await VerifyAsync("sslserver", "client.pem"), static line => line.Contains("unsuitable certificate purpose", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Openssl_shows_what_was_asked_for()
    {
        _engine.Run("New-TcpChatCertificate -ClientName 'Zoë, O=Evil'");
        string server = string.Join("\n", await RunAsync("x509", "-in", PathOf("server.pem"), "-noout", "-text"));
        Assert.Contains("ecdsa-with-SHA256", server, StringComparison.Ordinal);
        Assert.Contains("NIST CURVE: P-256", server, StringComparison.Ordinal);
        Assert.Contains("DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1", server, StringComparison.Ordinal);
        Assert.Contains("TLS Web Server Authentication", server, StringComparison.Ordinal);
        Assert.Contains("CA:FALSE", server, StringComparison.Ordinal);
        Assert.Contains("X509v3 Authority Key Identifier", server, StringComparison.Ordinal);

        // The whole of a name is the common name, whatever is in it.
        Assert.Contains("    CN=Zoë, O=Evil", await RunAsync("x509", "-in", PathOf("Zoë, O=Evil.pem"), "-noout", "-subject", "-nameopt", "utf8,sep_multiline"));
    }

    [Fact]
    public async Task Openssl_opens_the_keys_encrypted_ones_too()
    {
        _engine.Run("$p = [securestring]::new(); 'secret'.ToCharArray() | ForEach-Object { $p.AppendChar($_) }; New-TcpChatCertificate; New-TcpChatCertificate -AuthorityPath authority.pem -Name bob -KeyPassword $p");
        Assert.Contains("Key is valid", await RunAsync("pkey", "-in", PathOf("server.key.pem"), "-noout", "-check"));
        Assert.Contains("Key is valid", await RunAsync("pkey", "-in", PathOf("bob.key.pem"), "-passin", "pass:secret", "-noout", "-check"));
    }

    [Fact]
    public async Task An_authority_of_openssl_issues_too()
    {
        await RunAsync("req", "-x509", "-newkey", "rsa:2048", "-keyout", PathOf("ours.key.pem"), "-out", PathOf("ours.pem"), "-days", "10", "-passout", "pass:secret", "-subj", "/CN=ours");
        _engine.Run("$p = [securestring]::new(); 'secret'.ToCharArray() | ForEach-Object { $p.AppendChar($_) }; New-TcpChatCertificate -AuthorityPath ours.pem -AuthorityKeyPassword $p -Name bob");

        // Not as strict as above: the root that OpenSSL makes unless told otherwise has no key usage.
        Assert.Equal([$"{PathOf("bob.pem")}: OK"], await RunAsync("verify", "-purpose", "sslclient", "-CAfile", PathOf("ours.pem"), PathOf("bob.pem")));
    }

    public void Dispose() => _folder.Dispose();

    private static async Task<List<string>> RunAsync(params string[] arguments)
    {
        using ForeignProgram openssl = ForeignProgram.Start("openssl", arguments);
        List<string> lines = [];
        try
        {
            while (true)
            {
                lines.Add(await openssl.ReadLineAsync());
            }
        }
        catch (ChannelClosedException)
        {
            return lines;
        }
    }

    private Task<List<string>> VerifyAsync(string purpose, string certificate, params string[] more) =>
        RunAsync(["verify", "-x509_strict", "-purpose", purpose, "-CAfile", PathOf("authority.pem"), .. more, PathOf(certificate)]);

    private string PathOf(string name) => Path.Combine(_folder.FullName, name);
}
