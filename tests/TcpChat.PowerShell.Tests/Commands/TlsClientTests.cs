using System.Management.Automation;
using TcpChat.TestPeer;

namespace TcpChat.PowerShell.Tests.Commands;

/// <summary>TLS at the commands that connect, as a script uses it.</summary>
public sealed class TlsClientTests(TlsEngine tls) : IClassFixture<TlsEngine>
{
    private readonly Engine _engine = tls.Engine;

    [Theory]
    [InlineData("Connect-TcpChat localhost $port -UseTls -TrustedCertificatePath $trust | ForEach-Object { Invoke-TcpRequest hi $_ } | ForEach-Object Text", "hi")]
    [InlineData("Connect-TcpChat localhost $port -UseTls -PinnedThumbprint $made[1].Thumbprint | ForEach-Object { Invoke-TcpRequest hi $_ } | ForEach-Object Text", "hi")]
    [InlineData("Connect-TcpChat 127.0.0.1 $port -UseTls -TrustedCertificatePath $trust -TargetHost localhost | ForEach-Object { $_.Tls.ServerName }", "localhost")]
    [InlineData("Invoke-TcpRequest hi -ComputerName localhost -Port $port -UseTls -TrustedCertificatePath $trust | ForEach-Object Text", "hi")]
    [InlineData("Test-TcpChat localhost $port -UseTls -TrustedCertificatePath $trust -Count 2 | ForEach-Object { \"$($_.Succeeded) $($_.Received)/$($_.Sent)\" }", "True 2/2")]
    [InlineData("Test-TcpChat localhost $port -UseTls -TrustedCertificatePath $trust -Quiet", "True")]
    [InlineData("Enter-TcpChat -Port $port -UseTls -TrustedCertificatePath $trust -IdleTimeoutSec 0.05 6>&1; 'left'", "left")]
    public void Each_command_speaks_it(string script, string expected) =>
        Assert.Equal(expected, _engine.Text($"$port = Start-Tls; {script}"));

    [Fact]
    public void A_session_knows_what_protects_it() =>
        Assert.Equal(
            "Tls13, TLS_AES_256_GCM_SHA384, 'CN=localhost' verified|True|True",
            _engine.Text(
                """
                $port = Start-Tls
                $session = Connect-TcpChat localhost $port -UseTls -TrustedCertificatePath $trust
                "$($session.Tls)"
                $session.Tls.PeerThumbprint -eq $made[1].Thumbprint
                $session.Tls.PeerCertificate.NotAfter -eq $made[1].NotAfter.LocalDateTime
                """));

    [Theory]
    [InlineData("Connect-TcpChat localhost $port -UseTls", "CertificateNotTrusted", ErrorCategory.SecurityError)]
    [InlineData("Connect-TcpChat localhost $port -UseTls -TargetHost other.example -TrustedCertificatePath $trust", "CertificateNameMismatch", ErrorCategory.SecurityError)]
    [InlineData("Connect-TcpChat localhost $port -UseTls -PinnedThumbprint $made[2].Thumbprint", "CertificateNotAllowed", ErrorCategory.SecurityError)]
    [InlineData("$port = Start-Tls -Name client; Connect-TcpChat localhost $port -UseTls -TrustedCertificatePath $trust", "CertificateWrongPurpose", ErrorCategory.SecurityError)]
    [InlineData("Invoke-TcpRequest hi -ComputerName localhost -Port $port -UseTls", "CertificateNotTrusted", ErrorCategory.SecurityError)]
    [InlineData("Enter-TcpChat -Port $port -UseTls", "CertificateNotTrusted", ErrorCategory.SecurityError)]
    [InlineData("$plain = Start-TcpChatServer -Greeting hello; Connect-TcpChat localhost $plain.Port -UseTls -TimeoutSec 10", "HandshakeFailed", ErrorCategory.ProtocolError)]
    [InlineData("Connect-TcpChat localhost $port -UseTls -TrustedCertificatePath $folder/nosuch.pem", "FileNotFound", ErrorCategory.ObjectNotFound)]
    [InlineData("Connect-TcpChat localhost $port -UseTls -TrustedCertificatePath $folder/client.key.pem", "CertificateFileInvalid", ErrorCategory.InvalidData)]
    [InlineData("Connect-TcpChat localhost $port -UseTls -TrustedCertificatePath env:PATH", "PathNotFileSystem", ErrorCategory.InvalidArgument)]
    [InlineData("Connect-TcpChat localhost $port -UseTls -ClientCertificatePath $folder/client.pem", "CertificateFileInvalid", ErrorCategory.InvalidData)]
    [InlineData("Connect-TcpChat localhost $port -UseTls -ClientKeyPath $folder/client.key.pem", "CertificatePathMissing", ErrorCategory.InvalidArgument)]
    [InlineData("Connect-TcpChat localhost $port -UseTls -ClientCertificate $server.Options.Tls.Identity.Certificate -ClientCertificatePath $folder/client.pem", "CertificateNotAlone", ErrorCategory.InvalidArgument)]
    [InlineData("Connect-TcpChat localhost $port -UseTls -PinnedThumbprint 12:34", "InvalidThumbprint", ErrorCategory.InvalidArgument)]
    [InlineData("Connect-TcpChat localhost $port -UseTls -SkipCertificateCheck -PinnedThumbprint $made[1].Thumbprint", "CertificateCheckContradiction", ErrorCategory.InvalidArgument)]
    [InlineData("Connect-TcpChat localhost $port -UseTls -SkipCertificateCheck -TrustedCertificatePath $trust", "CertificateCheckContradiction", ErrorCategory.InvalidArgument)]
    public void What_fails_has_its_id_and_category(string script, string id, ErrorCategory category)
    {
        ErrorRecord error = _engine.Error($"$port = Start-Tls; {script}");
        Assert.Equal(id, error.FullyQualifiedErrorId.Split(',')[0]);
        Assert.Equal(category, error.CategoryInfo.Category);
    }

    [Theory]
    [InlineData("Connect-TcpChat localhost 1", "-TargetHost x")]
    [InlineData("Connect-TcpChat localhost 1", "-TrustedCertificatePath $trust")]
    [InlineData("Connect-TcpChat localhost 1", "-PinnedThumbprint $made[1].Thumbprint")]
    [InlineData("Connect-TcpChat localhost 1", "-ClientCertificatePath $folder/client.pem")]
    [InlineData("Connect-TcpChat localhost 1", "-ClientKeyPath $folder/client.key.pem")]
    [InlineData("Connect-TcpChat localhost 1", "-ClientKeyPassword (Get-Secret x)")]
    [InlineData("Connect-TcpChat localhost 1", "-SkipCertificateCheck")]
    [InlineData("Invoke-TcpRequest x -ComputerName localhost -Port 1", "-PinnedThumbprint x")]
    [InlineData("Test-TcpChat localhost 1", "-SkipCertificateCheck")]
    [InlineData("Enter-TcpChat -Port 1", "-TargetHost x")]
    public void A_parameter_of_TLS_does_not_switch_it_on_silently(string command, string parameter)
    {
        ErrorRecord error = _engine.Error($"{command} {parameter}");
        Assert.StartsWith("UseTlsMissing,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal(ErrorCategory.InvalidArgument, error.CategoryInfo.Category);
        Assert.StartsWith(parameter.Split(' ')[0], error.Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_computer_that_is_not_trusted_does_not_keep_the_others_from_being_connected_to()
    {
        (IReadOnlyList<PSObject> output, IReadOnlyList<ErrorRecord> errors) = _engine.RunWithErrors(
            "$port = Start-Tls; Connect-TcpChat localhost, 127.0.0.1 $port -UseTls -TrustedCertificatePath $trust; $null = Connect-TcpChat localhost $port -UseTls");

        Assert.Equal(2, output.Count);
        ErrorRecord error = Assert.Single(errors);
        Assert.Equal($"localhost:{_engine.Text("$port")}", error.TargetObject);
        Assert.Contains("CN=localhost", error.Exception.Message, StringComparison.Ordinal);
        Assert.Contains("-TrustedCertificatePath", error.Exception.Message, StringComparison.Ordinal);
        Assert.Equal("CN=localhost", _engine.Text("$Error[0].Exception.PeerCertificate.Subject"));
    }

    [Fact]
    public void Skipping_the_check_is_told_once_and_shows_in_the_session() =>
        Assert.Equal(
            "WarningRecord ChatSession ChatSession|False False",
            _engine.Text(
                """
                $port = Start-Tls
                $all = Connect-TcpChat localhost, 127.0.0.1 $port -UseTls -SkipCertificateCheck 3>&1
                $all.ForEach({ $_.GetType().Name }) -join ' '
                $all[1, 2].ForEach({ $_.Tls.IsPeerVerified }) -join ' '
                """));

    [Theory]
    [InlineData("-ClientCertificatePath $folder/client.pem -ClientKeyPath $folder/client.key.pem")]
    [InlineData("-ClientCertificate ([Security.Cryptography.X509Certificates.X509Certificate2]::CreateFromPemFile(\"$folder/client.pem\", \"$folder/client.key.pem\"))")]
    [InlineData("-ClientCertificatePath $folder/client.pfx -ClientKeyPassword (Get-Secret 'swordfish')")]
    public void A_server_that_asks_who_it_is_is_shown_a_certificate(string certificate) =>
        Assert.Equal(
            "hi|CN=client True",
            _engine.Text(
                $$"""
                $port = Start-Tls -Mutual
                $pfx = [Security.Cryptography.X509Certificates.X509Certificate2]::CreateFromPemFile("$folder/client.pem", "$folder/client.key.pem").Export('Pfx', 'swordfish')
                [IO.File]::WriteAllBytes("$folder/client.pfx", $pfx)
                $session = Connect-TcpChat localhost $port -UseTls -TrustedCertificatePath $trust {{certificate}}
                (Invoke-TcpRequest hi $session).Text
                $there = $server.Sessions[0].Tls
                "$($there.PeerSubject) $($there.IsPeerVerified)"
                """));

    [Fact]
    public void A_wrong_key_password_is_told_and_not_shown()
    {
        ErrorRecord error = _engine.Error(
            """
            $key = [Security.Cryptography.ECDsa]::Create()
            $key.ImportFromPem(([IO.File]::ReadAllText("$folder/client.key.pem")))
            $parameters = [Security.Cryptography.PbeParameters]::new('Aes256Cbc', 'SHA256', 1000)
            [IO.File]::WriteAllText("$folder/encrypted.key.pem", $key.ExportEncryptedPkcs8PrivateKeyPem('right', $parameters))
            $secret = Get-Secret 'swordfish'
            Connect-TcpChat localhost 1 -UseTls -ClientCertificatePath $folder/client.pem -ClientKeyPath $folder/encrypted.key.pem -ClientKeyPassword $secret
            """);
        Assert.StartsWith("KeyPasswordWrong,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.DoesNotContain("swordfish", error.ToString() + error.Exception, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Test-TcpChat localhost $port -UseTls -TrustedCertificatePath $trust -Count 1 | ForEach-Object { \"$($_.ErrorCode) $($_.Error -match 'certificate')\" }")]
    [InlineData("Invoke-TcpRequest x -ComputerName localhost -Port $port -UseTls -TrustedCertificatePath $trust -ErrorVariable failed -ErrorAction SilentlyContinue; \"$($failed[0].FullyQualifiedErrorId.Split(',')[0]) $($failed[0] -match 'certificate')\"")]
    public void A_server_that_takes_no_stranger_is_told_once_something_is_asked(string script) =>
        Assert.Equal("HandshakeFailed True", _engine.Text($"$port = Start-Tls -Mutual; {script}"));

    [Fact]
    public void A_test_times_the_handshake_and_keeps_what_the_certificate_says() =>
        Assert.Equal(
            "True True|True CN=localhost|True",
            _engine.Text(
                """
                $port = Start-Tls
                $result = Test-TcpChat localhost $port -UseTls -TrustedCertificatePath $trust
                "$($result.Succeeded) $($result.TlsTime -gt 0)"
                "$($result.Tls.IsPeerVerified) $($result.PeerCertificate.Subject)"
                $result.CertificateExpiresAt -eq $made[1].NotAfter.LocalDateTime
                """));

    [Fact]
    public void A_certificate_that_is_refused_is_a_result_that_says_when_it_expires() =>
        Assert.Equal(
            "False CertificateExpired  True|CN=old|False CertificateNotTrusted  True",
            _engine.Text(
                """
                function Show($Result) { "$($Result.Succeeded) $($Result.ErrorCode) $($Result.TlsTime) $($Result.CertificateExpiresAt.Date -eq $args[0])" }
                $old = New-SelfSigned old -20 -10
                $port = Start-Tls -Certificate $old
                $result = Test-TcpChat localhost $port -UseTls -PinnedThumbprint $old.Thumbprint
                Show $result $old.NotAfter.Date
                $result.PeerCertificate.Subject
                $port = Start-Tls
                Show (Test-TcpChat localhost $port -UseTls) $made[1].NotAfter.LocalDateTime.Date
                """));

    [Theory]
    [InlineData("Test-TcpChat 127.0.0.1 $args[0] -UseTls -TimeoutSec 3 | ForEach-Object { \"$($_.ErrorCode)\" }")]
    [InlineData("Connect-TcpChat 127.0.0.1 $args[0] -UseTls -TimeoutSec 3 -ErrorAction SilentlyContinue -ErrorVariable failed; $failed[0].FullyQualifiedErrorId.Split(',')[0]")]
    public async Task A_peer_that_says_nothing_is_told_from_one_that_is_not_there(string script)
    {
        await using ListeningPeer peer = Peer.Listen("silent");
        using RunningScript running = _engine.Begin(script, peer.Port);
        Assert.Equal("HandshakeTimeout", Assert.Single(running.End(TimeSpan.FromSeconds(20)).Output).ToString());
    }

    [Fact]
    public void A_connection_that_is_made_again_is_protected_again() =>
        Assert.Equal(
            "1 Tls13 True|hi",
            _engine.Text(
                """
                $port = Start-Tls
                $session = Connect-TcpChat localhost $port -UseTls -TrustedCertificatePath $trust -Reconnect -ReconnectDelaySec 0.01
                $null = Invoke-TcpRequest first $session
                $server.Sessions[0].Abort()
                while ($session.ReconnectCount -eq 0) { }
                "$($session.ReconnectCount) $($session.Tls.Protocol) $($session.Tls.IsPeerVerified)"
                (Invoke-TcpRequest hi $session).Text
                """));

    [Fact]
    public void A_transcript_says_what_protected_the_session() =>
        Assert.Equal(
            "Tls13 CN=localhost true",
            _engine.Text(
                """
                $port = Start-Tls
                $session = Connect-TcpChat localhost $port -UseTls -TrustedCertificatePath $trust -TranscriptPath $folder/transcript.jsonl
                $opened = [Text.Json.Nodes.JsonNode]::Parse([IO.File]::ReadAllLines("$folder/transcript.jsonl")[0])
                ('tls', 'peer', 'verified').ForEach({ $opened[$_].ToString() }) -join ' '
                """));
}
