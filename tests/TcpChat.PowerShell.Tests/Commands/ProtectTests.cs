using System.Management.Automation;
using System.Reflection;

namespace TcpChat.PowerShell.Tests.Commands;

/// <summary>Protect-TcpChatSession, at both ends.</summary>
public sealed class ProtectTests(Engine engine) : IClassFixture<Engine>
{
    private const string Begin =
        """
        $folder = [IO.Directory]::CreateTempSubdirectory().FullName
        $authority, $certificate, $person = New-TcpChatCertificate $folder
        $ca = @{ TrustedCertificatePath = $authority.CertificatePath }
        $own = @{ CertificatePath = $certificate.CertificatePath; KeyPath = $certificate.KeyPath }
        $server = Start-TcpChatServer
        $client = Connect-TcpChat localhost $server.Port
        $there = Wait-TcpChatSession -Server $server

        """;

    /// <summary>A server that goes over to TLS where it is told to, with what is in the hash table.</summary>
    private const string Speaking =
        """
        $server = Start-TcpChatServer -ArgumentList $own -ScriptBlock {
            param($Session, $Own)
            while ($line = Receive-TcpMessage $Session -TimeoutSec 20 -ErrorAction Ignore) {
                if ($line.Text -eq 'STARTTLS') { Protect-TcpChatSession $line -Message '220 go ahead' @Own }
                else { Send-TcpMessage "$($Session.Tls ? 'protected' : 'clear') $($Session.Tls.PeerSubject) $line" $Session }
            }
        }
        $client = Connect-TcpChat localhost $server.Port

        """;

    private static readonly TimeSpan s_limit = TimeSpan.FromMilliseconds(500);

    [Fact]
    public void A_conversation_goes_on_in_tls() => Assert.Equal("clear  a|220 go ahead|protected  b|CN=localhost", engine.Text(
        Begin + Speaking + """
        'a', 'STARTTLS' | ForEach-Object { (Invoke-TcpRequest $_ $client).Text }
        Protect-TcpChatSession $client @ca
        (Invoke-TcpRequest b $client).Text; $client.Tls.PeerSubject
        """));

    [Fact]
    public void Both_sides_show_certificates() => Assert.Equal("protected CN=client b", engine.Text(
        Begin + "$own += $ca + @{ RequireClientCertificate = $true }\n" + Speaking + """
        $null = Invoke-TcpRequest STARTTLS $client
        Protect-TcpChatSession $client @ca -ClientCertificatePath $person.CertificatePath -ClientKeyPath $person.KeyPath
        (Invoke-TcpRequest b $client).Text
        """));

    [Fact]
    public void A_handler_in_a_process_of_its_own_does_it_too() => Assert.Equal("protected  b", engine.Text(
        Begin + Speaking.Replace("-ArgumentList", "-Model Process -ArgumentList", StringComparison.Ordinal) + """
        $null = Invoke-TcpRequest STARTTLS $client -TimeoutSec 60
        Protect-TcpChatSession $client @ca
        (Invoke-TcpRequest b $client).Text
        """));

    [Theory]
    [InlineData("$client")]
    [InlineData("$client.Id")]
    [InlineData("$client.Name")]
    public void A_session_is_said_in_any_way_and_given_where_asked_for(string session) => Assert.Equal("True|done", engine.Text(
        Begin + Speaking + $$"""
        $null = Invoke-TcpRequest STARTTLS $client
        ({{session}} | Protect-TcpChatSession @ca -PassThru) -eq $client
        $null = Invoke-TcpRequest b $client
        'done'
        """));

    [Fact]
    public void What_New_TcpChatCertificate_gives_binds_by_its_names() => Assert.Equal("Tls13", engine.Text(
        Begin + """
        $server = Start-TcpChatServer -ArgumentList $certificate -ScriptBlock {
            param($Session, $Certificate)
            $Certificate | Protect-TcpChatSession $Session -Message 'go ahead'
            Send-TcpMessage hello $Session
        }
        $client = Connect-TcpChat localhost $server.Port
        $null = Receive-TcpMessage $client
        Protect-TcpChatSession $client -PinnedThumbprint $certificate.Thumbprint
        $null = Receive-TcpMessage $client
        "$($client.Tls.Protocol)"
        """));

    [Theory]
    [InlineData("Protect-TcpChatSession $client -SkipCertificateCheck @ca", "CertificateCheckContradiction", ErrorCategory.InvalidArgument)]
    [InlineData("Protect-TcpChatSession $there @own -RequireClientCertificate", "TrustMissing", ErrorCategory.InvalidArgument)]
    [InlineData("Protect-TcpChatSession $there @own @ca", "RequireClientCertificateMissing", ErrorCategory.InvalidArgument)]
    [InlineData("Protect-TcpChatSession $there @ca", "CertificateNameMismatch", ErrorCategory.SecurityError)]
    [InlineData("Protect-TcpChatSession $client -ClientKeyPath $person.KeyPath", "CertificatePathMissing", ErrorCategory.InvalidArgument)]
    [InlineData("Protect-TcpChatSession $client -PinnedThumbprint abc", "InvalidThumbprint", ErrorCategory.InvalidArgument)]
    [InlineData("Protect-TcpChatSession $there -CertificatePath $folder/none.pem", "FileNotFound", ErrorCategory.ObjectNotFound)]
    [InlineData("Protect-TcpChatSession $client @ca -TimeoutSec 0", "HandshakeTimeout", ErrorCategory.OperationTimeout)]
    [InlineData("'one', 'two' | Send-TcpMessage -Session $client; $null = Wait-TcpMessage 'one\\n(?=two)' $there; Protect-TcpChatSession $there @own", "UnprotectedDataWaiting", ErrorCategory.SecurityError)]
    [InlineData("$client = Connect-TcpChat localhost $server.Port -Reconnect; Protect-TcpChatSession $client @ca", "SessionReconnects", ErrorCategory.InvalidOperation)]
    public void Each_error_has_its_id_and_nothing_has_happened(string script, string id, ErrorCategory category)
    {
        ErrorRecord error = engine.Error(Begin + script);
        Assert.Equal(id, error.FullyQualifiedErrorId.Split(',')[0]);
        Assert.Equal(category, error.CategoryInfo.Category);
        Assert.Equal("Open Open", engine.Text("\"$($client.State) $($there.State)\""));
    }

    [Fact]
    public void One_sessions_error_is_not_anothers()
    {
        (IReadOnlyList<PSObject> output, IReadOnlyList<ErrorRecord> errors) = engine.RunWithErrors(
            Begin + Speaking + """
            $closed = Connect-TcpChat localhost $server.Port
            Disconnect-TcpChat $closed
            $null = Invoke-TcpRequest STARTTLS $client
            $closed, $client | Protect-TcpChatSession @ca -PassThru | ForEach-Object { "$($_.Tls.PeerSubject)" }
            $closed, $client | Protect-TcpChatSession @ca
            """);
        Assert.Equal("CN=localhost", Assert.Single(output).ToString());
        Assert.Equal(["SessionClosed", "SessionClosed", "AlreadyProtected"], errors.Select(static e => e.FullyQualifiedErrorId.Split(',')[0]));
    }

    [Fact]
    public void A_certificate_that_is_not_trusted_ends_the_session()
    {
        ErrorRecord error = engine.Error(Begin + Speaking + "$null = Invoke-TcpRequest STARTTLS $client; Protect-TcpChatSession $client");
        Assert.StartsWith("CertificateNotTrusted,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal("HandshakeFailed", engine.Text("\"$($client.CloseReason)\""));
    }

    [Fact]
    public void A_peer_that_says_nothing_is_not_waited_for_longer_than_said()
    {
        ErrorRecord error = engine.Error(Begin + "Protect-TcpChatSession $there @own -TimeoutSec 0.05");
        Assert.StartsWith("HandshakeTimeout,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal("HandshakeFailed", engine.Text("\"$($there.CloseReason)\""));
    }

    [Theory]
    [InlineData("Protect-TcpChatSession $there @own -TimeoutSec 60")]
    [InlineData("Protect-TcpChatSession $there -TargetHost localhost @ca -TimeoutSec 60")]
    [InlineData("Protect-TcpChatSession $there @own -Message 'go ahead' -TimeoutSec 60")]
    public void Ctrl_C_ends_it_at_once_and_the_session_too(string wait)
    {
        TimeSpan time = TimeSpan.MaxValue;
        for (int attempt = 0; attempt < 3 && time > s_limit; attempt++)
        {
            object there = engine.Get<object>(Begin + "$there");
            PropertyInfo holdsBack = there.GetType().GetProperty("IsHoldingBack", BindingFlags.Instance | BindingFlags.NonPublic)!;
            using RunningScript script = engine.Begin("'begun'; " + wait);
            script.Next();
            Assert.True(SpinWait.SpinUntil(() => holdsBack.GetValue(there) is true, TimeSpan.FromSeconds(20)), "The handshake did not begin.");
            time = script.Stop();
            Assert.Equal(PSInvocationState.Stopped, script.State);
            Assert.Empty(script.End(TimeSpan.FromSeconds(5)).Errors);
            Assert.Equal("Closed HandshakeFailed", engine.Text("\"$($there.State) $($there.CloseReason)\""));
        }

        Assert.InRange(time, TimeSpan.Zero, s_limit);
    }
}
