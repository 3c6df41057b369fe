using System.Security.Cryptography;
using TcpChat.Core.Tests.ForeignPeers;

namespace TcpChat.PowerShell.Tests.ForeignPeers;

/// <summary>Start-TcpChatServer, against openssl s_client and ncat; all that their certificates can be is tested with the library itself.</summary>
public sealed class OpensslServerCommandTests(Engine engine, OpensslFiles files) : IClassFixture<Engine>, IClassFixture<OpensslFiles>
{
    private const string StartServer = "param($Certificate, $Key, $Authority, $Allowed) $server = Start-TcpChatServer -Echo -CertificatePath $Certificate -KeyPath $Key";

    [Fact]
    public async Task It_talks_to_openssl()
    {
        int port = Start(string.Empty);
        using ForeignProgram openssl = Client(port, "-tls1_2");
        openssl.Write("hello\n");
        await openssl.ReadLineWithAsync("hello");

        Assert.Equal("Tls12", engine.Text("\"$($server.Sessions[0].Tls.Protocol)\"; Stop-TcpChatServer $server"));
    }

    [Fact]
    public async Task It_talks_to_ncat()
    {
        int port = Start(string.Empty);
        using ForeignProgram ncat = ForeignProgram.Start("ncat", "--ssl-verify", "--ssl-trustfile", files.RootFile, "localhost", $"{port}");
        ncat.Write("hello\n");

        await ncat.ReadLineWithAsync("hello");
        engine.Run("Stop-TcpChatServer $server");
    }

    [Fact]
    public async Task It_knows_the_client_by_its_certificate_and_turns_others_away()
    {
        int port = Start("-RequireClientCertificate -TrustedCertificatePath $Authority -AllowedThumbprint $Allowed");
        foreach (string name in new[] { "absent client", "client of stranger" })
        {
            using ForeignProgram other = Client(port, files.Show(name));
            await other.WaitForExitAsync();
        }

        using ForeignProgram openssl = Client(port, files.Show("client"));
        openssl.Write("hello\n");
        await openssl.ReadLineWithAsync("hello");

        Assert.Equal(
            "CN=ada|CertificateNotAllowed|CertificateNotTrusted",
            engine.Text("$server.Sessions[0].Tls.PeerSubject; $server.Rejections | ForEach-Object { \"$($_.Error.Code)\" }; Stop-TcpChatServer $server"));
    }

    private int Start(string more) => engine.Get<int>(
        $"{StartServer} {more}; $server.Port",
        files.CertificateFile("server"),
        files.KeyFile("server"),
        files.RootFile,
        files.Certificate("client").GetCertHashString(HashAlgorithmName.SHA256));

    private ForeignProgram Client(int port, params string[] arguments) => ForeignProgram.Start(
        "openssl",
        ["s_client", "-connect", $"127.0.0.1:{port}", "-servername", "localhost", "-brief", "-CAfile", files.RootFile, "-verify_return_error", .. arguments]);
}
