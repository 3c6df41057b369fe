using System.Management.Automation;
using TcpChat.TestPeer;

namespace TcpChat.PowerShell.Tests.Commands;

/// <summary>Connect-TcpChat -Reconnect, as scripts use it.</summary>
public sealed class ReconnectTests(Engine engine) : IClassFixture<Engine>
{
    /// <summary>Waits a random part of a day before its first attempt: a test never sees that.</summary>
    private const string Patient = "-Reconnect -ReconnectDelaySec 86400 -ReconnectMaximumDelaySec 86400";

    [Theory]
    [InlineData("-ReconnectLimit 3", "ReconnectMissing")]
    [InlineData("-ReconnectDelaySec 3", "ReconnectMissing")]
    [InlineData("-ReconnectMaximumDelaySec 3", "ReconnectMissing")]
    [InlineData("-Reconnect -ReconnectDelaySec 31", "ReconnectDelayTooLong")]
    [InlineData("-Reconnect -ReconnectLimit 0", "ParameterArgumentValidationError")]
    [InlineData("-Reconnect -ReconnectDelaySec 0", "ParameterArgumentValidationError")]
    public void Parameters_that_make_no_sense_are_refused(string parameters, string id)
    {
        ErrorRecord error = engine.Error($"Connect-TcpChat -Port 1 {parameters}");

        Assert.StartsWith(id, error.FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public void The_first_connection_is_not_tried_again() => Assert.StartsWith(
        "ConnectionRefused",
        engine.Error("$server = Start-TcpChatServer; $port = $server.Port; Stop-TcpChatServer $server; Connect-TcpChat -Port $port -Reconnect").FullyQualifiedErrorId,
        StringComparison.Ordinal);

    [Fact]
    public void A_command_that_waits_for_a_message_waits_through_the_loss() => Assert.Equal(
        "one|two|1",
        engine.Text(
            """
            $server = Start-TcpChatServer -Greeting hello
            $client = Connect-TcpChat -Port $server.Port -Reconnect -ReconnectDelaySec 0.01
            $null = Receive-TcpMessage $client
            'one' | Send-TcpMessage -Session $server.Sessions[0]
            $server.Sessions[0] | Disconnect-TcpChat
            (Receive-TcpMessage $client).Text
            $null = Wait-TcpMessage hello $client
            'two' | Send-TcpMessage -Session $server.Sessions[0]
            (Receive-TcpMessage $client).Text
            $client.ReconnectCount
            """));

    [Fact]
    public void What_is_sent_meanwhile_is_reported_where_it_could_not_be_sent() => Assert.Equal(
        "Reconnecting|6|SessionClosed|Closed|LocalClosed|2|6",
        engine.Text(
            $$"""
            $server = Start-TcpChatServer
            $client = Connect-TcpChat -Port $server.Port {{Patient}}
            Stop-TcpChatServer $server
            $null = Wait-TcpChatSession $client -State Reconnecting
            "$($client.State)"
            'a', 'bcd' | Send-TcpMessage -Session $client
            $client.OutboxLength
            Disconnect-TcpChat $client -TimeoutSec 3600
            Send-TcpMessage late $client -ErrorAction SilentlyContinue -ErrorVariable failure
            $failure[0].FullyQualifiedErrorId.Split(',')[0]
            "$($client.State)"
            "$($client.CloseReason)"
            $client.UnsentMessages
            $client.UnsentBytes
            """));

    [Fact]
    public void A_session_without_a_connection_is_found() => Assert.Equal(
        "Reconnecting",
        engine.Text(
            $$"""
            $server = Start-TcpChatServer
            $client = Connect-TcpChat -Port $server.Port -Name lost {{Patient}}
            Stop-TcpChatServer $server
            $null = Wait-TcpChatSession $client -State Reconnecting
            "$((Get-TcpChatSession lost).State)"
            Disconnect-TcpChat lost
            """));

    [Theory]
    [InlineData("Receive-TcpMessage $client")]
    [InlineData("Receive-TcpMessage $client -Follow")]
    [InlineData("Wait-TcpMessage x $client")]
    [InlineData("Wait-TcpChatSession $client -State Open")]
    [InlineData("Send-TcpMessage ('x' * 10) $client")]
    public async Task Ctrl_C_ends_a_command_that_waits_through_a_loss(string command)
    {
        ListeningPeer peer = Peer.Listen("silent");
        engine.Run($"param($Port) $client = Connect-TcpChat 127.0.0.1 $Port -OutboxByteLimit 4 {Patient}", peer.Port);
        await peer.DisposeAsync();
        engine.Run("$null = Wait-TcpChatSession $client -State Reconnecting; Send-TcpMessage full $client");
        TimeSpan time = TimeSpan.MaxValue;
        for (int attempt = 0; attempt < 3 && time > TimeSpan.FromMilliseconds(500); attempt++)
        {
            using RunningScript script = engine.Begin("'begun'; " + command);
            script.Next();
            time = script.Stop();
            Assert.Empty(script.End(TimeSpan.FromSeconds(5)).Errors);
        }

        Assert.InRange(time, TimeSpan.Zero, TimeSpan.FromMilliseconds(500));
        engine.Run("Disconnect-TcpChat $client");
    }

    [Fact]
    public async Task Removing_the_module_ends_a_session_that_waits()
    {
        ListeningPeer peer = Peer.Listen("silent");
        PSObject session;
        using (Engine own = new())
        {
            session = Assert.Single(own.Run($"param($Port) Connect-TcpChat 127.0.0.1 $Port {Patient}", peer.Port));
            await peer.DisposeAsync();
            own.Run("$null = Wait-TcpChatSession $args[0] -State Reconnecting", session);
        }

        Assert.Equal("Closed", $"{session.Properties["State"].Value}");
        Assert.Equal("LocalClosed", $"{session.Properties["CloseReason"].Value}");
    }
}
