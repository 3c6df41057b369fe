using System.Management.Automation;

namespace TcpChat.PowerShell.Tests.Commands;

/// <summary>A secret that a server wants to see first: it gets there, and nowhere else.</summary>
public sealed class AccessTokenTests(TlsEngine tls) : IClassFixture<TlsEngine>
{
    private const string Secure = "-UseTls -TrustedCertificatePath $trust";

    private readonly Engine _engine = tls.Engine;

    [Theory]
    [InlineData($"Connect-TcpChat localhost $port {Secure} -AccessToken $secret | ForEach-Object {{ Invoke-TcpRequest hi $_ }} | ForEach-Object Text", "hi")]
    [InlineData($"Invoke-TcpRequest hi -ComputerName localhost -Port $port {Secure} -AccessToken $secret | ForEach-Object Text", "hi")]
    [InlineData($"Test-TcpChat localhost $port {Secure} -AccessToken $secret -Count 1 | ForEach-Object {{ $_.Succeeded }}", "True")]
    [InlineData($"Enter-TcpChat -Port $port {Secure} -AccessToken $secret -IdleTimeoutSec 0.05 6>&1; while ($server.Accepted -eq 0) {{ }}; $server.RejectedCount", "0")]
    [InlineData($"Invoke-TcpRequest hi -ComputerName localhost -Port $port {Secure} -AccessToken (Get-Secret wrong) | ForEach-Object Text", "Access denied.")]
    [InlineData("$port = Start-Tls -Plain -Token swordfish; Invoke-TcpRequest hi -ComputerName localhost -Port $port -AccessToken $secret -AllowUnencryptedAuthentication | ForEach-Object Text", "hi")]
    public void The_server_sees_it_first(string script, string expected) =>
        Assert.Equal(expected, _engine.Text($"$secret = Get-Secret swordfish; $port = Start-Tls -Token swordfish; {script}"));

    [Theory]
    [InlineData("Connect-TcpChat localhost 1 -AccessToken $secret", "AccessTokenNeedsTls")]
    [InlineData("Invoke-TcpRequest x -ComputerName localhost -Port 1 -AccessToken $secret", "AccessTokenNeedsTls")]
    [InlineData("Enter-TcpChat -Port 1 -AccessToken $secret", "AccessTokenNeedsTls")]
    [InlineData("Test-TcpChat localhost 1 -AccessToken $secret", "AccessTokenNeedsTls")]
    [InlineData("Connect-TcpChat localhost 1 -AllowUnencryptedAuthentication", "AllowUnencryptedAuthenticationNotUsed")]
    [InlineData("Connect-TcpChat localhost 1 -UseTls -AccessToken $secret -Framing Raw", "AccessTokenNeedsFraming")]
    [InlineData("Invoke-TcpRequest x -ComputerName localhost -Port 1 -UseTls -AccessToken $secret -AsByteStream", "AccessTokenNeedsFraming")]
    [InlineData("Connect-TcpChat localhost 1 -UseTls -AccessToken $secret -Delimiter fish", "InvalidAccessToken")]
    [InlineData("Connect-TcpChat localhost 1 -UseTls -AccessToken ([securestring]::new())", "InvalidAccessToken")]
    [InlineData("Connect-TcpChat localhost 1 -UseTls -AccessToken (Get-Secret sw\u00F6rdfish) -Encoding ascii", "InvalidAccessToken")]
    public void Where_it_cannot_go_nothing_is_sent(string script, string id)
    {
        ErrorRecord error = _engine.Error($"$secret = Get-Secret swordfish; {script}");
        Assert.Equal(id, error.FullyQualifiedErrorId.Split(',')[0]);
        Assert.Equal(ErrorCategory.InvalidArgument, error.CategoryInfo.Category);
        Assert.DoesNotContain("rdfish", error.ToString() + error.Exception, StringComparison.Ordinal);
    }

    [Fact]
    public void It_is_shown_nowhere() =>
        Assert.DoesNotContain(
            "swordfish",
            _engine.Text(
                $$"""
                $secret = Get-Secret swordfish
                $port = Start-Tls -Token swordfish
                $session = Connect-TcpChat localhost $port {{Secure}} -AccessToken $secret -TranscriptPath $folder/secret.jsonl -Verbose -Debug 4>&1 5>&1 | ForEach-Object { "$_"; if ($_.Id) { $session = $_ } }
                $session
                Get-TcpChatSession | ForEach-Object { $_.psobject.Properties | ForEach-Object { "$($_.Name)=$($_.Value)" } }
                $null = Get-TcpChatSession "localhost:$port" | ForEach-Object { Invoke-TcpRequest hi $_ }
                [IO.File]::ReadAllText("$folder/secret.jsonl")
                $server.Sessions | ForEach-Object { $_.psobject.Properties | ForEach-Object { "$($_.Name)=$($_.Value)" } }
                $server.Options
                """),
            StringComparison.Ordinal);
}
