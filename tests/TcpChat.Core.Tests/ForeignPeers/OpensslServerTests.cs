using System.Security.Authentication;
using TcpChat.Clients;
using TcpChat.Errors;
using TcpChat.PowerShell.Tests.ForeignPeers;
using TcpChat.Security;
using TcpChat.Sessions;

namespace TcpChat.Core.Tests.ForeignPeers;

/// <summary>Our client against openssl s_server.</summary>
public sealed class OpensslServerTests(OpensslFiles files) : IClassFixture<OpensslFiles>
{
    private PeerTrust Trust => new() { Authorities = [files.Root] };

    [Theory]
    [InlineData("-tls1_2", "-cipher", "ECDHE-ECDSA-AES256-GCM-SHA384", SslProtocols.Tls12, "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384")]
    [InlineData("-tls1_3", "-ciphersuites", "TLS_AES_128_GCM_SHA256", SslProtocols.Tls13, "TLS_AES_128_GCM_SHA256")]
    public async Task They_talk_and_the_session_has_the_facts(string version, string choice, string suite, SslProtocols protocol, string suiteName)
    {
        using OpensslServer openssl = await OpensslServer.StartAsync([.. files.Show("server"), version, choice, suite]);
        using ChatSession session = await ConnectAsync(openssl, Trust);
        await session.SendAsync("hello").Within();

        Assert.Equal("olleh", (await session.ReceiveAsync().Within())!.Text);
        TlsFacts facts = session.Tls!;
        Assert.Equal(protocol, facts.Protocol);
        Assert.Equal(suiteName, facts.CipherSuite.ToString());
        Assert.Equal("CN=server", facts.PeerSubject);
        Assert.Equal(Thumbprint.Of(files.Certificate("server")), facts.PeerThumbprint);
        Assert.True(facts.IsPeerVerified);

        // It ends by itself when it has seen the end of its one connection.
        await session.CloseAsync(TimeSpan.FromSeconds(5)).Within();
        await openssl.Program.WaitForExitAsync();
    }

    [Fact]
    public async Task Below_an_intermediate_authority_it_must_be_sent_along()
    {
        using (OpensslServer whole = await OpensslServer.StartAsync([.. files.Show("server of intermediate"), "-cert_chain", files.IntermediateFile]))
        using (ChatSession session = await ConnectAsync(whole, Trust))
        {
            Assert.True(session.Tls!.IsPeerVerified);
        }

        using OpensslServer half = await OpensslServer.StartAsync(files.Show("server of intermediate"));
        await RefusesAsync(
            half, Trust, "127.0.0.1", ChatErrorCode.CertificateNotTrusted,
            "it comes from 'CN=Test Intermediate', which is none of the authorities given, and whose own certificate was not sent along.");
    }

    [Theory]
    [InlineData("server of stranger", ChatErrorCode.CertificateNotTrusted, "it comes from 'CN=Stranger', which is none of the authorities given")]
    [InlineData("forged server", ChatErrorCode.CertificateNotTrusted, "the signature on the certificate is not genuine: 'CN=Test Root' has not signed it.")]
    [InlineData("self-signed server", ChatErrorCode.CertificateNotTrusted, "it is its own authority; give -TrustedCertificatePath or -PinnedThumbprint if you know it")]
    [InlineData("expired server", ChatErrorCode.CertificateExpired, "it expired on 2026-01-02 03:04:05Z.")]
    [InlineData("future server", ChatErrorCode.CertificateNotYetValid, "it is valid from 2098-01-02 03:04:05Z, and here it is ")]
    [InlineData("other server", ChatErrorCode.CertificateNameMismatch, "it is for example.test, not for 127.0.0.1.")]
    [InlineData("weak server", ChatErrorCode.CertificateTooWeak, "the key of the certificate is too weak: RSA of 1024 bits, where 2048 are the least.")]
    [InlineData("sha1 server", ChatErrorCode.CertificateTooWeak, "the signature on the certificate is too weak: SHA-1.")]
    [InlineData("client", ChatErrorCode.CertificateWrongPurpose, "it is made for a client, not for a server;")]
    public async Task A_bad_certificate_is_refused_with_what_it_says(string name, ChatErrorCode code, string words)
    {
        foreach (string version in new[] { "-tls1_2", "-tls1_3" })
        {
            using OpensslServer openssl = await OpensslServer.StartAsync([.. files.Show(name), version]);
            await RefusesAsync(openssl, Trust, "127.0.0.1", code, words);
        }
    }

    [Fact]
    public async Task The_systems_roots_do_not_know_a_private_authority()
    {
        using OpensslServer openssl = await OpensslServer.StartAsync(files.Show("server"));
        await RefusesAsync(openssl, new PeerTrust(), "127.0.0.1", ChatErrorCode.CertificateNotTrusted, "it comes from 'CN=Test Root', which is not an authority that this system trusts");
    }

    [Fact]
    public async Task The_name_is_that_which_was_asked_for()
    {
        using (OpensslServer openssl = await OpensslServer.StartAsync(files.Show("other server")))
        using (ChatSession session = await ConnectAsync(openssl, Trust, "example.test"))
        {
            Assert.Equal("example.test", session.Tls!.ServerName);
        }

        using OpensslServer other = await OpensslServer.StartAsync(files.Show("server"));
        await RefusesAsync(other, Trust, "example.test", ChatErrorCode.CertificateNameMismatch, "it is for localhost, 127.0.0.1 and ::1, not for example.test.");
    }

    [Fact]
    public async Task A_pinned_certificate_is_accepted_and_no_other()
    {
        PeerTrust pinned = new() { Thumbprints = [Thumbprint.Parse(Thumbprint.Of(files.Certificate("self-signed server")))] };
        using (OpensslServer openssl = await OpensslServer.StartAsync(files.Show("self-signed server")))
        using (ChatSession session = await ConnectAsync(openssl, pinned, "example.test"))
        {
            Assert.True(session.Tls!.IsPeerVerified);
        }

        using OpensslServer other = await OpensslServer.StartAsync(files.Show("server"));
        await RefusesAsync(
            other, pinned, "127.0.0.1", ChatErrorCode.CertificateNotAllowed,
            $"its SHA-256 thumbprint is {Thumbprint.Of(files.Certificate("server"))}, which is none of those pinned.");
    }

    [Fact]
    public async Task Tls_1_1_is_not_spoken()
    {
        using OpensslServer openssl = await OpensslServer.StartAsync([.. files.Show("server"), "-tls1_1"]);
        ChatException error = await Assert.ThrowsAsync<ChatException>(() => ConnectAsync(openssl, Trust));

        Assert.Equal(ChatErrorCode.TlsAlert, error.Code);
        Assert.Contains("protocol version", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-tls1_2")]
    [InlineData("-tls1_3")]
    public async Task Asked_for_a_certificate_the_client_shows_its_own(string version)
    {
        using OpensslServer openssl = await OpensslServer.StartAsync([.. files.Show("server"), version, .. RequireClient]);
        using ChatSession session = await ConnectAsync(openssl, Trust, identity: CertificateIdentity.Of(files.Certificate("client")));
        await session.SendAsync("hello").Within();

        Assert.Equal("olleh", (await session.ReceiveAsync().Within())!.Text);
        Assert.EndsWith("CN = ada", await openssl.Program.ReadLineWithAsync("Peer certificate: "), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-tls1_2", null, "handshake failure")]
    [InlineData("-tls1_3", null, "certificate required")]
    [InlineData("-tls1_2", "client of stranger", "unknown ca")]
    [InlineData("-tls1_3", "client of stranger", "unknown ca")]
    [InlineData("-tls1_2", "expired client", "certificate expired")]
    [InlineData("-tls1_3", "expired client", "certificate expired")]
    public async Task What_the_server_does_not_accept_is_told(string version, string? name, string alert)
    {
        using OpensslServer openssl = await OpensslServer.StartAsync([.. files.Show("server"), version, .. RequireClient]);
        ChatException error = await RefusedAsync(openssl, name is null ? null : CertificateIdentity.Of(files.Certificate(name)));

        Assert.Equal(ChatErrorCode.TlsAlert, error.Code);
        Assert.Contains(alert, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plain_client_soon_sees_the_end()
    {
        using OpensslServer openssl = await OpensslServer.StartAsync(files.Show("server"));
        using ChatSession session = await ChatClient.ConnectAsync(new ClientOptions { ComputerName = "127.0.0.1", Port = openssl.Port }, TestContext.Current.CancellationToken).Within();
        await session.SendAsync("hello").Within();
        await session.WaitForCloseAsync(TestContext.Current.CancellationToken).Within();

        Assert.Equal(0, session.MessagesReceived);
    }

    [Fact]
    public async Task A_server_that_speaks_plain_text_is_told_apart()
    {
        // A certificate's file is no matter to ncat; that it listens is said, and at which port is not.
        int port = Clients.ClosedPort.Find();
        using ForeignProgram ncat = ForeignProgram.Start("ncat", "-l", "-v", "127.0.0.1", $"{port}");
        await ncat.ReadLineWithAsync("Listening on");
        ncat.Write("220 ready\n");
        ChatException error = await Assert.ThrowsAsync<ChatException>(() => ConnectAsync(port, Trust));

        Assert.Equal(ChatErrorCode.HandshakeFailed, error.Code);
        Assert.Contains("perhaps it speaks plain text there", error.Message, StringComparison.Ordinal);
    }

    private string[] RequireClient => ["-Verify", "3", "-verify_return_error", "-CAfile", files.RootFile];

    private static Task<ChatSession> ConnectAsync(OpensslServer openssl, PeerTrust trust, string? host = null, CertificateIdentity? identity = null) =>
        ConnectAsync(openssl.Port, trust, host, identity);

    private static Task<ChatSession> ConnectAsync(int port, PeerTrust trust, string? host = null, CertificateIdentity? identity = null) => ChatClient.ConnectAsync(
        new ClientOptions { ComputerName = "127.0.0.1", Port = port, Tls = new TlsClientOptions { Trust = trust, TargetHost = host, Identity = identity } },
        TestContext.Current.CancellationToken).Within();

    private static async Task RefusesAsync(OpensslServer openssl, PeerTrust trust, string host, ChatErrorCode code, string words)
    {
        ChatException error = await Assert.ThrowsAsync<ChatException>(() => ConnectAsync(openssl, trust, host));

        Assert.Contains(words, error.Message, StringComparison.Ordinal);
        Assert.Equal(code, error.Code);

        // It has seen the end, and waits for no more.
        await openssl.Program.WaitForExitAsync();
    }

    /// <summary>With TLS 1.2 the handshake fails; with TLS 1.3 it is over for the client when the server looks at its certificate.</summary>
    private async Task<ChatException> RefusedAsync(OpensslServer openssl, CertificateIdentity? identity)
    {
        try
        {
            using ChatSession session = await ConnectAsync(openssl, Trust, identity: identity);
            await session.WaitForCloseAsync(TestContext.Current.CancellationToken).Within();
            Assert.Equal(CloseReason.HandshakeFailed, session.CloseReason);
            return Assert.IsType<ChatException>(session.Error);
        }
        catch (ChatException e)
        {
            return e;
        }
    }
}
