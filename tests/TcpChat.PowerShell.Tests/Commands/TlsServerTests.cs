using System.Management.Automation;
using TcpChat.PowerShell.Tests.Processes;

namespace TcpChat.PowerShell.Tests.Commands;

/// <summary>What a connection has to pass at a server, as a script that starts and changes it says.</summary>
public sealed class TlsServerTests(TlsEngine tls) : IClassFixture<TlsEngine>
{
    private const string Functions = """
        $files = @{ CertificatePath = "$folder/server.pem"; KeyPath = "$folder/server.key.pem" }
        $mutual = $files + @{ RequireClientCertificate = $true; TrustedCertificatePath = $trust }
        $mine = @{ ClientCertificatePath = "$folder/client.pem"; ClientKeyPath = "$folder/client.key.pem" }
        function Connect([object[]] $Server, [hashtable] $With = @{}) { Connect-TcpChat localhost $Server[0].Port -UseTls -TrustedCertificatePath $trust @With }
        function WaitUntil([scriptblock] $Condition) {
            $time = [Diagnostics.Stopwatch]::StartNew()
            while (-not (& $Condition)) {
                if ($time.Elapsed.TotalSeconds -gt 20) { throw "Not within 20 s: $Condition" }
                [Threading.Thread]::Sleep(5)
            }
        }

        """;

    private readonly Engine _engine = tls.Engine;

    [Theory]
    [InlineData("-Echo", "hi")]
    [InlineData("-Echo -Framing LengthPrefixed", "hi")]
    [InlineData("-Echo -Delimiter ';'", "hi")]
    [InlineData("-Echo -Framing Raw", "hi")]
    [InlineData("-Model Iterative -Echo", "hi")]
    [InlineData("-OnMessage { \"$_ $($Session.Tls.Protocol)\" }", "hi Tls13")]
    [InlineData("-ScriptBlock { param($Session) $null = Receive-TcpMessage $Session; Send-TcpMessage $Session.Tls.Protocol $Session }", "Tls13")]
    public void It_is_spoken_with_each_framing_and_answer(string parameters, string answer) => Assert.Equal(
        answer,
        Run($$"""
            $server = Start-TcpChatServer @files {{parameters}}
            $with = @{}
            if ('{{parameters.Replace("'", "''", StringComparison.Ordinal)}}' -match '(-Framing \w+|-Delimiter .;.)') { $name, $value = $Matches[1].Trim("'") -split " '?"; $with[$name.Trim('-')] = $value }
            $session = Connect $server $with
            Send-TcpMessage hi $session
            (Receive-TcpMessage $session -TimeoutSec 20).Text
            Disconnect-TcpChat $session
            """));

    [Fact]
    public void A_certificate_binds_by_name_and_the_server_shows_it_and_no_secret() => Assert.Equal(
        "True|True|CN=localhost|True|False|True|False",
        Run("""
            $server = $made | Where-Object Purpose -eq Server | Start-TcpChatServer -Echo -AccessToken (Get-Secret 'sesame-17')
            $server.UseTls
            $server.CertificateThumbprint -eq $made[1].Thumbprint
            $server.CertificateSubject
            $server.CertificateExpiresAt -eq $made[1].NotAfter.LocalDateTime
            $server.RequireClientCertificate
            $server.RequireAccessToken
            "$($server.PSObject.Properties | ForEach-Object { $_.Value })" -match 'sesame|PRIVATE'
            """));

    [Fact]
    public void A_client_without_a_certificate_is_rejected_and_one_with_it_is_known_to_the_handler() => Assert.Equal(
        "CN=client|CertificateMissing HandshakeFailed|1",
        Run("""
            $server = Start-TcpChatServer @mutual -OnMessage { $Session.Tls.PeerSubject }
            Invoke-TcpRequest who (Connect $server $mine) | ForEach-Object Text
            $null = try { Connect $server | Receive-TcpMessage -TimeoutSec 20 -ErrorAction Stop } catch { }
            WaitUntil { $server.RejectedCount -eq 1 }
            "$($server.Rejections[0].ErrorCode) $($server.Rejections[0].Reason)"
            $server.Accepted
            """));

    [Theory]
    [InlineData("{ $false }", "TurnedAway")]
    [InlineData("{ 'a word'; $true; $false }", "TurnedAway")]
    [InlineData("{ throw 'not you' }", "TurnedAway")]
    [InlineData("{ Write-Error 'not you' }", "TurnedAway")]
    [InlineData("{ exit }", "TurnedAway")]
    [InlineData("{ while ($true) { } }", "TurnedAway")]
    [InlineData("{ }", "admitted")]
    [InlineData("{ $true }", "admitted")]
    [InlineData("{ 'a word' }", "admitted")]
    [InlineData("{ $_.Id -eq $Session.Id -and $args[0].Id -eq $_.Id -and $Server.Name -eq 'door' }", "admitted")]
    public void A_script_turns_away_by_false_and_by_each_failure(string script, string outcome) => Assert.Equal(
        outcome,
        Run($$"""
            $server = Start-TcpChatServer -Name door -Echo -HandshakeTimeoutSec 2 -OnConnect {{script}}
            $session = Connect-TcpChat localhost $server.Port
            WaitUntil { $server.RejectedCount + $server.Accepted -eq 1 }
            if ($server.Accepted) { 'admitted' } else { "$($server.Rejections[0].ErrorCode)" }
            """));

    [Fact]
    public void A_script_may_say_why_and_its_streams_are_the_servers() => Assert.Equal(
        "not on Mondays|a warning|-OnConnect emitted: text|True",
        Run("""
            $server = Start-TcpChatServer -Echo -OnConnect { Send-TcpMessage 'not on Mondays' $_; $PSCmdlet.WriteWarning('a warning'); 'text'; $false }.GetNewClosure() 
            $session = Connect-TcpChat localhost $server.Port
            (Receive-TcpMessage $session).Text
            WaitUntil { $server.Warning.Count -eq 2 }
            $server.Warning[0].Message
            $server.Verbose[0].Message
            $server.Warning[1].Message -match 'was not admitted \(TurnedAway\)'
            """.Replace("$PSCmdlet.WriteWarning('a warning'); ", "& { [CmdletBinding()]param() $PSCmdlet.WriteWarning('a warning') }; ", StringComparison.Ordinal).Replace(".GetNewClosure() ", string.Empty, StringComparison.Ordinal)));

    [Fact]
    public void A_stop_does_not_wait_for_a_script_that_admits() => Assert.Equal(
        "Stopped True",
        Run("""
            $server = Start-TcpChatServer -Echo -OnConnect { while ($true) { } }
            $session = Connect-TcpChat localhost $server.Port
            WaitUntil { $server.HandshakeCount -eq 1 }
            $time = [Diagnostics.Stopwatch]::StartNew()
            Stop-TcpChatServer $server
            "$($server.State) $($time.Elapsed.TotalSeconds -lt 15)"
            """));

    [Fact]
    public void A_change_is_for_those_who_come_and_drops_nobody() => Assert.Equal(
        "old|True|new|still here|2",
        Run("""
            $server = Start-TcpChatServer @files -Echo -Greeting old
            $first = Connect $server
            (Receive-TcpMessage $first).Text
            $server | Set-TcpChatServer -CertificatePath $trust -KeyPath "$folder/authority.key.pem" -Greeting new
            $server.CertificateThumbprint -eq $made[0].Thumbprint
            $second = Connect-TcpChat localhost $server.Port -UseTls -SkipCertificateCheck -WarningAction SilentlyContinue
            (Receive-TcpMessage $second).Text
            Invoke-TcpRequest 'still here' $first | ForEach-Object Text
            $server.SessionCount
            """));

    [Theory]
    [InlineData("$server | Set-TcpChatServer -CertificatePath $folder/nosuch.pem", "FileNotFound", ErrorCategory.ObjectNotFound)]
    [InlineData("$server | Set-TcpChatServer -CertificatePath $folder/client.pem -KeyPath $folder/server.key.pem", "CertificateFileInvalid", ErrorCategory.InvalidData)]
    [InlineData("$server | Set-TcpChatServer -RequireClientCertificate", "TrustMissing", ErrorCategory.InvalidArgument)]
    [InlineData("$server | Set-TcpChatServer -TrustedCertificatePath $trust", "TrustNotUsed", ErrorCategory.InvalidArgument)]
    [InlineData("$server | Set-TcpChatServer", "NothingToChange", ErrorCategory.InvalidArgument)]
    [InlineData("$plain | Set-TcpChatServer @files", "ServerWithoutTls", ErrorCategory.InvalidOperation)]
    [InlineData("$plain | Set-TcpChatServer -AccessToken (Get-Secret x)", "AccessTokenNeedsTls", ErrorCategory.InvalidArgument)]
    [InlineData("$plain | Set-TcpChatServer -HandshakeLimit 3", "HandshakeNotUsed", ErrorCategory.InvalidOperation)]
    [InlineData("Stop-TcpChatServer $plain; $plain | Set-TcpChatServer -Greeting x", "ServerStopped", ErrorCategory.InvalidOperation)]
    [InlineData("Start-TcpChatServer @files -RequireClientCertificate", "TrustMissing", ErrorCategory.InvalidArgument)]
    [InlineData("Start-TcpChatServer @files -TrustedCertificatePath $trust", "TrustNotUsed", ErrorCategory.InvalidArgument)]
    [InlineData("Start-TcpChatServer -RequireClientCertificate", "ServerCertificateMissing", ErrorCategory.InvalidArgument)]
    [InlineData("Start-TcpChatServer -AccessToken (Get-Secret x)", "AccessTokenNeedsTls", ErrorCategory.InvalidArgument)]
    [InlineData("Start-TcpChatServer @files -Framing Raw -AccessToken (Get-Secret x)", "AccessTokenNeedsFraming", ErrorCategory.InvalidArgument)]
    [InlineData("Start-TcpChatServer -AllowUnencryptedAuthentication", "AllowUnencryptedAuthenticationNotUsed", ErrorCategory.InvalidArgument)]
    [InlineData("Start-TcpChatServer -HandshakeTimeoutSec 3", "HandshakeNotUsed", ErrorCategory.InvalidArgument)]
    [InlineData("Start-TcpChatServer @files -Model Iterative -HandshakeLimit 3", "HandshakeLimitNotUsed", ErrorCategory.InvalidArgument)]
    [InlineData("Start-TcpChatServer @files -RequireClientCertificate -AllowedThumbprint 12", "InvalidThumbprint", ErrorCategory.InvalidArgument)]
    public void What_makes_no_sense_has_its_id_and_changes_nothing(string script, string id, ErrorCategory category)
    {
        _engine.Run($"{Functions} $server = Start-TcpChatServer @files; $plain = Start-TcpChatServer; $before = $server.CertificateThumbprint");
        ErrorRecord error = _engine.Error(script);
        Assert.Equal(id, error.FullyQualifiedErrorId.Split(',')[0]);
        Assert.Equal(category, error.CategoryInfo.Category);
        Assert.DoesNotContain("PRIVATE KEY", error.ToString(), StringComparison.Ordinal);
        Assert.Equal("True", _engine.Text("$server.CertificateThumbprint -eq $before; Get-Job | Remove-Job -Force"));
    }

    [Fact]
    public void What_if_changes_nothing() => Assert.Equal(
        "False",
        Run("$server = Start-TcpChatServer @files; $server | Set-TcpChatServer -RequireClientCertificate -AllowedThumbprint $made[2].Thumbprint -WhatIf; $server.RequireClientCertificate"));

    [Fact]
    public async Task A_process_admits_as_the_server_would_and_a_silent_peer_holds_no_client_up() => Assert.Equal(
        ["CN=client CN=client", "hello", "AccessDenied", "again", "left: "],
        await ProcessScript.RunAsync("""
            $folder = [IO.Directory]::CreateTempSubdirectory().FullName
            $null = New-TcpChatCertificate $folder
            function Get-Secret($Text) { $secret = [securestring]::new(); foreach ($c in $Text.ToCharArray()) { $secret.AppendChar($c) }; $secret }
            $with = @{ UseTls = $true; TrustedCertificatePath = "$folder/authority.pem"; ClientCertificatePath = "$folder/client.pem"; ClientKeyPath = "$folder/client.key.pem" }
            $server = Start-TcpChatServer -Model Process -ThrottleLimit 4 -Greeting hello -CertificatePath $folder/server.pem -KeyPath $folder/server.key.pem -RequireClientCertificate `
                -TrustedCertificatePath $folder/authority.pem -AccessToken (Get-Secret sesame) -HandshakeTimeoutSec 60 -OnConnect { $_.Tls.PeerSubject -eq 'CN=client' } -OnMessage { $Session.Tls.PeerSubject }
            $silent = Connect-TcpChat localhost $server.Port
            WaitUntil { $server.HandshakeCount -eq 1 }
            $session = Connect-TcpChat localhost $server.Port @with -AccessToken (Get-Secret sesame) -TimeoutSec 50
            $hello = (Receive-TcpMessage $session -TimeoutSec 30).Text
            Send-TcpMessage who $session
            Say "$((Receive-TcpMessage $session -TimeoutSec 30).Text) $($server.Sessions[0].Tls.PeerSubject)"
            Say $hello
            $wrong = Connect-TcpChat localhost $server.Port @with -AccessToken (Get-Secret other) -TimeoutSec 50
            WaitUntil { $server.RejectedCount -eq 1 }
            Say $server.Rejections[0].ErrorCode
            Set-TcpChatServer $server -Greeting again
            $other = Connect-TcpChat localhost $server.Port @with -AccessToken (Get-Secret sesame) -TimeoutSec 50
            Say (Receive-TcpMessage $other -TimeoutSec 50).Text
            Stop-TcpChatServer $server
            [IO.Directory]::Delete($folder, $true)
            Say "left: $(ChildProcesses)"
            """));

    // By Get-Job, which knows this engine's servers only: other tests have theirs in the same process.
    private string Run(string script) => _engine.Text($$"""
        & {
        {{Functions}}
        try {
        {{script}}
        } finally { Get-Job | Remove-Job -Force }
        }
        """);
}
