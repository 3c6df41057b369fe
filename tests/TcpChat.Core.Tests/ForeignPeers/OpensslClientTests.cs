using System.Security.Authentication;
using TcpChat.Clients;
using TcpChat.Core.Tests.Servers;
using TcpChat.Core.Tests.Tls;
using TcpChat.Errors;
using TcpChat.PowerShell.Tests.ForeignPeers;
using TcpChat.Security;
using TcpChat.Servers;
using TcpChat.Sessions;

namespace TcpChat.Core.Tests.ForeignPeers;

/// <summary>openssl s_client against our server, which goes on whatever comes.</summary>
public sealed class OpensslClientTests(OpensslFiles files) : IClassFixture<OpensslFiles>
{
    private PeerTrust Trust => new() { Authorities = [files.Root] };

    [Theory]
    [InlineData("-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256", SslProtocols.Tls12, "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256")]
    [InlineData("-tls1_3", "-ciphersuites", "TLS_CHACHA20_POLY1305_SHA256", SslProtocols.Tls13, "TLS_CHACHA20_POLY1305_SHA256")]
    public async Task They_talk_and_the_session_has_the_facts(string version, string choice, string suite, SslProtocols protocol, string suiteName)
    {
        using ChatServer server = Start(null);
        using ForeignProgram openssl = Client(server, version, choice, suite);
        await TalkAsync(server, openssl);

        TlsFacts facts = Assert.Single(server.Sessions).Tls!;
        Assert.Equal(protocol, facts.Protocol);
        Assert.Equal(suiteName, facts.CipherSuite.ToString());
        Assert.Equal("localhost", facts.ServerName);
        Assert.Null(facts.PeerSubject);
        Assert.False(facts.IsPeerVerified);

        // It says close_notify, and so the end is one in order.
        openssl.EndInput();
        await server.WaitForAllEndedAsync(1);
        Assert.Equal(CloseReason.PeerClosed, Assert.Single(server.EndedSessions).CloseReason);
    }

    [Fact]
    public async Task The_chain_is_sent_whole()
    {
        using ChatServer server = Start(null, CertificateIdentity.Of(files.Certificate("server of intermediate"), [files.Intermediate]));
        using ForeignProgram openssl = Client(server);

        await TalkAsync(server, openssl);
    }

    [Fact]
    public async Task Tls_1_1_is_refused()
    {
        using ChatServer server = Start(null);
        using ForeignProgram openssl = Client(server, "-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0");

        RejectedConnection rejection = await server.RejectionAsync();
        Assert.Equal(CloseReason.HandshakeFailed, rejection.Reason);
        Assert.Equal(ChatErrorCode.HandshakeFailed, rejection.Error.Code);
        await openssl.ReadLineWithAsync("alert protocol version");
        await openssl.WaitForExitAsync();
        await GoesOnAsync(server);
    }

    [Theory]
    [InlineData("-tls1_2")]
    [InlineData("-tls1_3")]
    public async Task A_client_with_a_certificate_is_known(string version)
    {
        using ChatServer server = Start(Trust);
        using ForeignProgram openssl = Client(server, [version, .. files.Show("client")]);
        await TalkAsync(server, openssl);

        TlsFacts facts = Assert.Single(server.Sessions).Tls!;
        Assert.Equal("CN=ada", facts.PeerSubject);
        Assert.Equal(Thumbprint.Of(files.Certificate("client")), facts.PeerThumbprint);
        Assert.True(facts.IsPeerVerified);
    }

    [Fact]
    public async Task A_client_below_an_intermediate_authority_sends_it_along()
    {
        using ChatServer server = Start(Trust);
        using ForeignProgram openssl = Client(server, [.. files.Show("client of intermediate"), "-cert_chain", files.IntermediateFile]);

        await TalkAsync(server, openssl);
    }

    [Theory]
    [InlineData(null, ChatErrorCode.CertificateMissing, "The client showed no certificate, and one is required here.")]
    [InlineData("client of stranger", ChatErrorCode.CertificateNotTrusted, "it comes from 'CN=Stranger', which is none of the authorities given")]
    [InlineData("client of intermediate", ChatErrorCode.CertificateNotTrusted, "it comes from 'CN=Test Intermediate', which is none of the authorities given, and whose own certificate was not sent along.")]
    [InlineData("self-signed client", ChatErrorCode.CertificateNotTrusted, "it is its own authority; give -TrustedCertificatePath or -AllowedThumbprint if you know it")]
    [InlineData("expired client", ChatErrorCode.CertificateExpired, "it expired on 2026-01-02 03:04:05Z.")]
    [InlineData("future client", ChatErrorCode.CertificateNotYetValid, "it is valid from 2098-01-02 03:04:05Z, and here it is ")]
    [InlineData("weak client", ChatErrorCode.CertificateTooWeak, "the key of the certificate is too weak: RSA of 1024 bits, where 2048 are the least.")]
    [InlineData("sha1 client", ChatErrorCode.CertificateTooWeak, "the signature on the certificate is too weak: SHA-1.")]
    [InlineData("server", ChatErrorCode.CertificateWrongPurpose, "it is made for a server, not for a client.")]
    [InlineData("hostile client", ChatErrorCode.CertificateNotTrusted, "of 'CN=\"ada\uFFFD[2J\uFFFD\uFFFD\uFFFD\"': it comes from 'CN=Stranger'")]
    [InlineData("unreadable client", ChatErrorCode.HandshakeFailed, "The TLS handshake failed: ")]
    public async Task A_client_with_a_bad_certificate_is_turned_away_with_what_it_says(string? name, ChatErrorCode code, string words)
    {
        using ChatServer server = Start(Trust);
        string[] shown = name is null ? [] : files.Show(name);
        int count = 0;
        foreach (string version in new[] { "-tls1_2", "-tls1_3" })
        {
            using ForeignProgram openssl = Client(server, [version, .. shown]);
            RejectedConnection rejection = await server.RejectionAsync(++count);

            Assert.Contains(words, rejection.Error.Message, StringComparison.Ordinal);
            Assert.Equal(code, rejection.Error.Code);
            Assert.Equal(CloseReason.HandshakeFailed, rejection.Reason);
            await openssl.WaitForExitAsync();
        }

        Assert.Equal(0, server.Accepted);
        await GoesOnAsync(server);
    }

    /// <summary>Without the root, which openssl would send along: there the framework's own OpenSSL may end the handshake before anybody is asked.</summary>
    [Theory]
    [InlineData("-tls1_2")]
    [InlineData("-tls1_3")]
    public async Task A_client_whose_certificate_is_not_genuine_is_turned_away(string version)
    {
        using ChatServer server = Start(Trust);
        using ForeignProgram openssl = Program(server, [version, .. files.Show("forged client")]);
        RejectedConnection rejection = await server.RejectionAsync();

        Assert.Equal(ChatErrorCode.CertificateNotTrusted, rejection.Error.Code);
        Assert.EndsWith("the signature on the certificate is not genuine: 'CN=Test Root' has not signed it.", rejection.Error.Message, StringComparison.Ordinal);
        await openssl.WaitForExitAsync();
        await GoesOnAsync(server);
    }

    [Fact]
    public async Task A_client_that_is_absent_from_the_list_is_turned_away()
    {
        Thumbprint allowed = Thumbprint.Parse(Thumbprint.Of(files.Certificate("client")));
        foreach (PeerTrust trust in new[] { Trust with { Thumbprints = [allowed] }, new PeerTrust { Thumbprints = [allowed] } })
        {
            using ChatServer server = Start(trust);
            using ForeignProgram absent = Client(server, files.Show("absent client"));
            RejectedConnection rejection = await server.RejectionAsync();

            Assert.Equal(ChatErrorCode.CertificateNotAllowed, rejection.Error.Code);
            Assert.EndsWith(
                $"of 'CN=eve': its SHA-256 thumbprint is {Thumbprint.Of(files.Certificate("absent client"))}, which is none of those allowed.",
                rejection.Error.Message,
                StringComparison.Ordinal);
            await absent.WaitForExitAsync();
            await GoesOnAsync(server);
        }
    }

    [Fact]
    public async Task A_client_that_does_not_trust_us_says_so()
    {
        using ChatServer server = Start(null);
        using ForeignProgram openssl = Program(server, "-tls1_2", "-CAfile", files.StrangerFile, "-verify_return_error");

        RejectedConnection rejection = await server.RejectionAsync();
        Assert.Equal(ChatErrorCode.TlsAlert, rejection.Error.Code);
        Assert.Contains("unknown ca", rejection.Error.Message, StringComparison.Ordinal);
        await openssl.WaitForExitAsync();
        await GoesOnAsync(server);
    }

    [Fact]
    public async Task At_a_plain_port_a_tls_client_soon_sees_the_end()
    {
        using ChatServer server = ChatServer.Start(TestServer.Prompt with { Answer = ServerAnswer.Echo });
        using ForeignProgram openssl = Program(server);

        await server.WaitForAllEndedAsync(1);
        ChatSession ended = Assert.Single(server.EndedSessions);
        Assert.Equal(CloseReason.ProtocolError, ended.CloseReason);
        Assert.Contains("TLS", ended.Error!.Message, StringComparison.Ordinal);
        await openssl.WaitForExitAsync();
        using ChatSession good = await server.ConnectClientAsync();
        await good.SendAsync("hello").Within();
        Assert.Equal("hello", (await good.ReceiveAsync().Within())!.Text);
    }

    [Fact]
    public async Task At_the_tls_port_a_plain_client_soon_sees_the_end()
    {
        using ChatServer server = Start(null);
        using ForeignProgram ncat = ForeignProgram.Start("ncat", "127.0.0.1", $"{server.Port()}");
        ncat.Write("GET / HTTP/1.0\r\n\r\n");
        RejectedConnection rejection = await server.RejectionAsync();

        Assert.Equal(ChatErrorCode.HandshakeFailed, rejection.Error.Code);
        Assert.Contains("what the client sent is no TLS", rejection.Error.Message, StringComparison.Ordinal);
        ncat.EndInput();
        await ncat.WaitForExitAsync();
        await GoesOnAsync(server);
    }

    [Fact]
    public async Task Ncat_with_tls_talks_to_our_server()
    {
        using ChatServer server = Start(null);
        using ForeignProgram ncat = ForeignProgram.Start("ncat", "--ssl-verify", "--ssl-trustfile", files.RootFile, "localhost", $"{server.Port()}");
        await TalkAsync(server, ncat);

        ncat.EndInput();
        await ncat.WaitForExitAsync();
        await server.WaitForAllEndedAsync(1);
    }

    [Fact]
    public async Task Our_client_talks_to_ncat_with_tls()
    {
        int port = Clients.ClosedPort.Find();
        using ForeignProgram ncat = ForeignProgram.Start(
            "ncat", "-l", "-v", "--ssl-cert", files.CertificateFile("server"), "--ssl-key", files.KeyFile("server"), "127.0.0.1", $"{port}");
        await ncat.ReadLineWithAsync("Listening on");
        using ChatSession session = await ChatClient.ConnectAsync(
            new ClientOptions { ComputerName = "127.0.0.1", Port = port, Tls = new TlsClientOptions { Trust = Trust } }, TestContext.Current.CancellationToken).Within();
        await session.SendAsync("to ncat").Within();
        await ncat.ReadLineWithAsync("to ncat");
        ncat.Write("from ncat\n");

        Assert.Equal("from ncat", (await session.ReceiveAsync().Within())!.Text);
        await session.CloseAsync(TimeSpan.FromSeconds(5)).Within();
        await ncat.WaitForExitAsync();
    }

    private static async Task TalkAsync(ChatServer server, ForeignProgram client)
    {
        await server.WaitForSessionsAsync(1);
        client.Write("hello \u4F60\u597D\n");
        await client.ReadLineWithAsync("hello \u4F60\u597D");
    }

    private ChatServer Start(PeerTrust? clients, CertificateIdentity? identity = null) => ChatServer.Start(TestServer.Prompt with
    {
        Answer = ServerAnswer.Echo,
        Tls = new TlsServerOptions { Identity = identity ?? CertificateIdentity.Of(files.Certificate("server")), ClientTrust = clients },
    });

    private ForeignProgram Client(ChatServer server, params string[] arguments) =>
        Program(server, ["-CAfile", files.RootFile, "-verify_return_error", "-verify_hostname", "localhost", .. arguments]);

    private static ForeignProgram Program(ChatServer server, params string[] arguments) =>
        ForeignProgram.Start("openssl", ["s_client", "-connect", $"127.0.0.1:{server.Port()}", "-servername", "localhost", "-brief", .. arguments]);

    private async Task GoesOnAsync(ChatServer server)
    {
        using ForeignProgram good = Client(server, files.Show("client"));
        await TalkAsync(server, good);
    }
}
