using System.Management.Automation;
using System.Security.Cryptography;
using TcpChat.Core.Tests.ForeignPeers;

namespace TcpChat.PowerShell.Tests.ForeignPeers;

/// <summary>The commands that connect, against openssl s_server; all that its certificates can be is tested with the library itself.</summary>
public sealed class OpensslTests(Engine engine, OpensslFiles files) : IClassFixture<Engine>, IClassFixture<OpensslFiles>
{
    [Theory]
    [InlineData("-tls1_2", "Tls12")]
    [InlineData("-tls1_3", "Tls13")]
    public async Task Connect_talks_to_it_and_the_session_has_the_facts(string version, string protocol)
    {
        using OpensslServer openssl = await OpensslServer.StartAsync([.. files.Show("server"), version]);

        Assert.Equal(
            $"{protocol}|CN=server|True|olleh",
            engine.Text(
                """
                param($Port, $Authority) $session = Connect-TcpChat 127.0.0.1 $Port -UseTls -TrustedCertificatePath $Authority
                "$($session.Tls.Protocol)"; $session.Tls.PeerSubject; $session.Tls.IsPeerVerified
                Send-TcpMessage 'hello' $session; "$(Receive-TcpMessage $session -TimeoutSec 20)"; Disconnect-TcpChat $session
                """,
                openssl.Port,
                files.RootFile));
        await openssl.Program.WaitForExitAsync();
    }

    [Theory]
    [InlineData("server of stranger", "CertificateNotTrusted", "it comes from 'CN=Stranger', which is none of the authorities given")]
    [InlineData("expired server", "CertificateExpired", "it expired on 2026-01-02 03:04:05Z.")]
    [InlineData("other server", "CertificateNameMismatch", "it is for example.test, not for 127.0.0.1.")]
    [InlineData("weak server", "CertificateTooWeak", "RSA of 1024 bits, where 2048 are the least.")]
    public async Task Connect_says_what_a_bad_certificate_says(string name, string id, string words)
    {
        using OpensslServer openssl = await OpensslServer.StartAsync(files.Show(name));
        ErrorRecord error = engine.Error("param($Port, $Authority) Connect-TcpChat 127.0.0.1 $Port -UseTls -TrustedCertificatePath $Authority", openssl.Port, files.RootFile);

        Assert.StartsWith($"{id},", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains(words, error.Exception.Message, StringComparison.Ordinal);
        await openssl.Program.WaitForExitAsync();
    }

    [Fact]
    public async Task Connect_shows_a_certificate_and_a_key_from_files()
    {
        using OpensslServer openssl = await OpensslServer.StartAsync([.. files.Show("server"), "-Verify", "3", "-verify_return_error", "-CAfile", files.RootFile]);

        Assert.Equal(
            "olleh",
            engine.Text(
                """
                param($Port, $Authority, $Certificate, $Key)
                $session = Connect-TcpChat 127.0.0.1 $Port -UseTls -TrustedCertificatePath $Authority -ClientCertificatePath $Certificate -ClientKeyPath $Key
                Send-TcpMessage 'hello' $session; "$(Receive-TcpMessage $session -TimeoutSec 20)"; Disconnect-TcpChat $session
                """,
                openssl.Port,
                files.RootFile,
                files.CertificateFile("client"),
                files.KeyFile("client")));
        Assert.EndsWith("CN = ada", await openssl.Program.ReadLineWithAsync("Peer certificate: "), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_pins_the_certificate_of_a_server_that_nobody_vouches_for()
    {
        string thumbprint = files.Certificate("self-signed server").GetCertHashString(HashAlgorithmName.SHA256);
        using OpensslServer openssl = await OpensslServer.StartAsync(files.Show("self-signed server"));

        Assert.Equal(
            "olleh",
            engine.Text("param($Port, $Pin) \"$(Invoke-TcpRequest hello -ComputerName localhost -Port $Port -UseTls -PinnedThumbprint $Pin)\"", openssl.Port, thumbprint));
    }
}
