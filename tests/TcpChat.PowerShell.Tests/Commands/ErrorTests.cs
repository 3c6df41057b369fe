using System.Management.Automation;

namespace TcpChat.PowerShell.Tests.Commands;

/// <summary>Every error has its own id, a category and a target.</summary>
public sealed class ErrorTests(Engine engine) : IClassFixture<Engine>
{
    private readonly Engine _engine = engine;

    [Theory]
    [InlineData("Start-TcpChatServer -Port $server.Port", "PortInUse", ErrorCategory.ResourceExists)]
    [InlineData("Start-TcpChatServer -Address 192.0.2.1", "AddressNotAvailable", ErrorCategory.ObjectNotFound)]
    [InlineData("Start-TcpChatServer -Framing Delimiter", "DelimiterMissing", ErrorCategory.InvalidArgument)]
    [InlineData("Start-TcpChatServer -Framing Raw -Delimiter x", "DelimiterNotUsed", ErrorCategory.InvalidArgument)]
    [InlineData("Connect-TcpChat -Port 1 -Framing Raw -LineEnding CrLf", "LineEndingNotUsed", ErrorCategory.InvalidArgument)]
    [InlineData("$gone = Start-TcpChatServer; Stop-TcpChatServer $gone; Connect-TcpChat 127.0.0.1 $gone.Port", "ConnectionRefused", ErrorCategory.ConnectionError)]
    [InlineData("Connect-TcpChat 'no such name' 1", "NameNotFound", ErrorCategory.ObjectNotFound)]
    [InlineData("Receive-TcpMessage $client -TimeoutSec 0.01", "ReceiveTimeout", ErrorCategory.OperationTimeout)]
    [InlineData("Disconnect-TcpChat $client; Receive-TcpMessage $client", "SessionClosed", ErrorCategory.ResourceUnavailable)]
    [InlineData("Disconnect-TcpChat $client; Send-TcpMessage x $client", "SessionClosed", ErrorCategory.ResourceUnavailable)]
    [InlineData("Send-TcpMessage ([char]0xD800) $client", "TextNotEncodable", ErrorCategory.InvalidData)]
    [InlineData("Wait-TcpMessage x $client -TimeoutSec 0.01", "ReceiveTimeout", ErrorCategory.OperationTimeout)]
    [InlineData("Wait-TcpMessage x $client -TimeoutSec 0", "ReceiveTimeout", ErrorCategory.OperationTimeout)]
    [InlineData("Disconnect-TcpChat $client; Wait-TcpMessage x $client", "SessionClosed", ErrorCategory.ResourceUnavailable)]
    [InlineData("Wait-TcpMessage '(' $client", "InvalidPattern", ErrorCategory.InvalidArgument)]
    [InlineData("1..1024 | ForEach-Object { Send-TcpMessage x $client; Send-TcpMessage x $client }; Wait-TcpMessage y $server.Sessions[0]", "InboxFull", ErrorCategory.LimitsExceeded)]
    [InlineData("Invoke-TcpRequest x $client -TimeoutSec 0.01", "ReceiveTimeout", ErrorCategory.OperationTimeout)]
    [InlineData("Invoke-TcpRequest x $client -TimeoutSec 0", "ReceiveTimeout", ErrorCategory.OperationTimeout)]
    [InlineData("Disconnect-TcpChat $client; Invoke-TcpRequest x $client", "SessionClosed", ErrorCategory.ResourceUnavailable)]
    [InlineData("Send-TcpMessage late $client; $there = Wait-TcpChatSession -Server $server; while ($there.InboxLength -lt 1) { }; Invoke-TcpRequest x $there", "MessagesWaiting", ErrorCategory.InvalidOperation)]
    [InlineData("Invoke-TcpRequest x -ComputerName 'no such name' -Port 1", "NameNotFound", ErrorCategory.ObjectNotFound)]
    [InlineData("Invoke-TcpRequest x -ComputerName 127.0.0.1 -Port $server.Port -TimeoutSec 0", "ConnectTimeout", ErrorCategory.OperationTimeout)]
    [InlineData("Invoke-TcpRequest x $client -Until '('", "InvalidPattern", ErrorCategory.InvalidArgument)]
    [InlineData("Invoke-TcpRequest x $client -Until y -Count 2", "UntilNotAlone", ErrorCategory.InvalidArgument)]
    [InlineData("'x' | Invoke-TcpRequest -Port 1", "RequestOrTargetMissing", ErrorCategory.InvalidArgument)]
    [InlineData("Invoke-TcpRequest x -ComputerName 127.0.0.1 -Port 1 -Framing Raw -LineEnding CrLf", "LineEndingNotUsed", ErrorCategory.InvalidArgument)]
    [InlineData("Test-TcpChat -Port 1 -Framing Delimiter", "DelimiterMissing", ErrorCategory.InvalidArgument)]
    [InlineData("Wait-TcpChatSession -Server $server -Count 9 -TimeoutSec 0.01", "WaitTimeout", ErrorCategory.OperationTimeout)]
    [InlineData("Wait-TcpChatSession $client -TimeoutSec 0.01", "WaitTimeout", ErrorCategory.OperationTimeout)]
    [InlineData("Get-TcpChatSession nosuch", "SessionNotFound", ErrorCategory.ObjectNotFound)]
    [InlineData("Get-TcpChatServer nosuch", "ServerNotFound", ErrorCategory.ObjectNotFound)]
    [InlineData("Receive-TcpMessage nosuch", "ParameterArgumentTransformationError", ErrorCategory.InvalidData)]
    [InlineData("Stop-TcpChatServer nosuch", "ParameterArgumentTransformationError", ErrorCategory.InvalidData)]
    [InlineData("Start-TcpChatServer -Encoding nosuch", "ParameterArgumentTransformationError", ErrorCategory.InvalidData)]
    [InlineData("Start-TcpChatServer 65536", "ParameterArgumentValidationError", ErrorCategory.InvalidData)]
    public void Each_error_has_its_id_and_category(string script, string id, ErrorCategory category)
    {
        ErrorRecord error = _engine.Error(
            $$"""
            $server = Start-TcpChatServer
            $client = Connect-TcpChat 127.0.0.1 $server.Port
            {{script}}
            """);
        Assert.Equal(id, error.FullyQualifiedErrorId.Split(',')[0]);
        Assert.Equal(category, error.CategoryInfo.Category);
    }

    [Fact]
    public void A_privileged_port_without_rights_has_its_own_error()
    {
        Assert.SkipWhen(Environment.IsPrivilegedProcess, "This user may listen at every port.");
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Other systems let everyone listen at low ports.");
        ErrorRecord error = _engine.Error("Start-TcpChatServer 81");
        Assert.Equal("PortAccessDenied", error.FullyQualifiedErrorId.Split(',')[0]);
    }

    [Fact]
    public void A_session_is_the_target_of_its_errors()
    {
        ErrorRecord error = _engine.Error(
            "$server = Start-TcpChatServer; $client = Connect-TcpChat -Port $server.Port -Name alice; Receive-TcpMessage $client -TimeoutSec 0.01");
        Assert.Equal("TcpChat.Sessions.ChatSession", error.TargetObject.GetType().FullName);
        Assert.Contains("alice", error.Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_closed_session_among_several_does_not_keep_the_message_from_the_others()
    {
        (var output, var errors) = _engine.RunWithErrors(
            """
            $server = Start-TcpChatServer -Echo
            $a, $b, $c = 1..3 | ForEach-Object { Connect-TcpChat -Port $server.Port }
            Disconnect-TcpChat $b
            Send-TcpMessage 'x' $a, $b, $c
            Receive-TcpMessage $a, $c | ForEach-Object Text
            """);
        Assert.Equal(["x", "x"], output.Select(static o => o.ToString()));
        Assert.StartsWith("SessionClosed", Assert.Single(errors).FullyQualifiedErrorId, StringComparison.Ordinal);
    }
}
