namespace TcpChat.PowerShell.Tests.ForeignPeers;

/// <summary>STARTTLS as SMTP has it (RFC 3207), with real programs at the other end.</summary>
public sealed class StartTlsTests(Engine engine) : IClassFixture<Engine>
{
    /// <summary>As much of SMTP as a client asks for; what was said before TLS is forgotten, and MAIL is taken only after it.</summary>
    private const string Server =
        """
        $folder = [IO.Directory]::CreateTempSubdirectory().FullName
        $authority, $certificate, $null = New-TcpChatCertificate $folder
        $server = Start-TcpChatServer -LineEnding CrLf -Greeting '220 here.example.test' -ArgumentList $certificate -ScriptBlock {
            param($Session, $Certificate)
            while ($line = Receive-TcpMessage $Session -TimeoutSec 60 -ErrorAction Ignore) {
                switch -Wildcard ($line.Text) {
                    'EHLO *' { '250-here.example.test', ($Session.Tls ? '250 HELP' : '250 STARTTLS') | Send-TcpMessage -Session $Session }
                    'STARTTLS' {
                        $Certificate | Protect-TcpChatSession $Session -Message '220 go ahead' -ErrorAction SilentlyContinue -ErrorVariable failure
                        if ($failure) { "refused $($failure[0].FullyQualifiedErrorId -replace ',.*')"; Disconnect-TcpChat $Session -Force; return }
                    }
                    'MAIL *' { "MAIL $($Session.Tls ? 'protected' : 'clear')"; Send-TcpMessage '250 OK' $Session }
                    'QUIT' { Send-TcpMessage '221 Bye' $Session; return }
                    default { Send-TcpMessage '500 What?' $Session }
                }
            }
        }

        """;

    [Fact]
    public async Task Our_client_goes_over_to_tls_with_a_real_server()
    {
        string folder = engine.Text("($folder = [IO.Directory]::CreateTempSubdirectory().FullName); $authority, $certificate, $null = New-TcpChatCertificate $folder");
        using ForeignServer server = await ForeignServers.StartSmtpAsync(Path.Combine(folder, "server.pem"), Path.Combine(folder, "server.key.pem"));
        Assert.Matches(@"^530 [^|]+\|220 [^|]+\|CN=localhost\|250 [^|]+\|250 OK\|221 Bye$", engine.Text(
            """
            function Get-Answer { (Wait-TcpMessage '^\d{3} .*\n' $smtp).Match.Trim() }
            $smtp = Connect-TcpChat localhost $args[0] -LineEnding CrLf
            $null = Get-Answer
            Send-TcpMessage 'EHLO here.example.test' $smtp; $null = Get-Answer
            Send-TcpMessage 'MAIL FROM:<ada@example.test>' $smtp; Get-Answer
            Send-TcpMessage 'STARTTLS' $smtp; Get-Answer
            Protect-TcpChatSession $smtp -TrustedCertificatePath $authority.CertificatePath
            "$($smtp.Tls.PeerSubject)"
            Send-TcpMessage 'EHLO here.example.test' $smtp; Get-Answer
            Send-TcpMessage 'MAIL FROM:<ada@example.test>' $smtp; Get-Answer
            Send-TcpMessage 'QUIT' $smtp; Get-Answer
            """,
            server.Port));
    }

    [Fact]
    public async Task Openssl_goes_over_to_tls_with_a_server_of_ours()
    {
        engine.Run(Server);
        using ForeignProgram openssl = ForeignProgram.Start(
            "openssl", "s_client", "-starttls", "smtp", "-crlf", "-quiet", "-verify_return_error", "-verify_hostname", "localhost",
            "-CAfile", engine.Text("$authority.CertificatePath"), "-connect", $"127.0.0.1:{engine.Text("$server.Port")}");
        openssl.Write("MAIL FROM:<ada@example.test>\n");
        await openssl.ReadLineWithAsync("250 OK");
        openssl.Write("QUIT\n");
        await openssl.ReadLineWithAsync("221 Bye");
        Assert.Equal("MAIL protected", engine.Text("$null = Wait-TcpChatSession -Server $server -Count 0 -TimeoutSec 20; Receive-Job $server.ChildJobs[0]"));
    }

    [Theory]
    [InlineData("STARTTLS\r\nMAIL FROM:<mallory@example.test>\r\n")]
    [InlineData("STARTTLS\r\nMAIL FR")]
    public void A_command_in_the_packet_of_starttls_is_never_taken_for_protected(string packet)
    {
        // CVE-2011-0411.
        string said = engine.Text(
            Server + """
            $raw = Connect-TcpChat localhost $server.Port -Framing Raw
            Send-TcpMessage ([Text.Encoding]::ASCII.GetBytes($args[0])) $raw
            $null = Wait-TcpChatSession $raw -TimeoutSec 20
            $null = Wait-TcpChatSession -Server $server -Count 0 -TimeoutSec 20
            Receive-Job $server.ChildJobs[0]
            """,
            packet);
        Assert.Matches("^refused (UnprotectedDataWaiting|HandshakeFailed)$", said);
    }
}
