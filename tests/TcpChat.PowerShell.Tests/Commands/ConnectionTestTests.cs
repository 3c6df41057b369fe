using TcpChat.TestPeer;

namespace TcpChat.PowerShell.Tests.Commands;

/// <summary>Test-TcpChat, as a script uses it.</summary>
public sealed class ConnectionTestTests(Engine engine) : IClassFixture<Engine>
{
    private readonly Engine _engine = engine;

    [Theory]
    [InlineData("Test-TcpChat localhost $server.Port")]
    [InlineData("Test-TcpChat -Port $server.Port")]
    [InlineData("'127.0.0.1' | Test-TcpChat -Port $server.Port")]
    [InlineData("$server | Test-TcpChat")]
    [InlineData("[pscustomobject]@{ Cn = 'localhost'; Port = $server.Port } | Test-TcpChat")]
    public void A_computer_comes_from_an_argument_or_the_pipeline(string test) =>
        Assert.Equal("True 0 127.0.0.1", _engine.Text($"$server = Start-TcpChatServer -Echo; {test} | ForEach-Object {{ \"$($_.Succeeded) $($_.Sent) $($_.RemoteAddress)\" }}"));

    [Theory]
    [InlineData("-Count 3", "3/3")]
    [InlineData("-Message hi", "1/1")]
    [InlineData("-Message hi -Count 2", "2/2")]
    [InlineData("-Message hi -Count 0", "0/0")]
    [InlineData("", "0/0")]
    public void Only_what_is_asked_for_is_sent(string how, string echoes) =>
        Assert.Equal(echoes, _engine.Text($"$server = Start-TcpChatServer -Echo; Test-TcpChat -Port $server.Port {how} | ForEach-Object {{ \"$($_.Received)/$($_.Sent)\" }}"));

    [Theory]
    [InlineData("-Framing LengthPrefixed")]
    [InlineData("-Delimiter '|'")]
    [InlineData("-Framing Raw")]
    [InlineData("-Encoding unicode")]
    [InlineData("-LineEnding CrLf")]
    public void It_speaks_the_framing_of_the_server(string framing) =>
        Assert.Equal("True", _engine.Text($"$server = Start-TcpChatServer -Echo {framing}; (Test-TcpChat -Port $server.Port -Count 2 {framing}).Succeeded"));

    [Fact]
    public void A_computer_that_fails_is_a_result_and_no_error()
    {
        string results = _engine.Text(
            """
            $server = Start-TcpChatServer -Greeting 'hello'
            $gone = Start-TcpChatServer
            Stop-TcpChatServer $gone
            $targets = ('127.0.0.1', $server.Port), ('127.0.0.1', $gone.Port), ('no such name', 1) |
                ForEach-Object { [pscustomobject]@{ ComputerName = $_[0]; Port = $_[1] } }
            $targets | Test-TcpChat | ForEach-Object { "$($_.Succeeded) $($_.ErrorCode) $($_.Error.Length -gt 10)" }
            $targets | Test-TcpChat -Quiet
            """);
        Assert.Equal("True  False|False ConnectionRefused True|False NameNotFound True|True|False|False", results);
    }

    [Theory]
    [InlineData("silent", "ReceiveTimeout 0/1 0")]
    [InlineData("reset-after?bytes=13", "SessionClosed 0/1 0")]
    [InlineData("send?text=no&then=hold", "UnexpectedAnswer 0/1 1")]
    public async Task Each_bad_peer_is_told_apart(string behavior, string told)
    {
        await using ListeningPeer peer = Peer.Listen(behavior);
        Assert.Equal(told, _engine.Text(
            "Test-TcpChat 127.0.0.1 $args[0] -Count 2 -TimeoutSec 3 | ForEach-Object { \"$($_.ErrorCode) $($_.Received)/$($_.Sent) $($_.UnexpectedMessages)\" }", peer.Port));
    }

    [Fact]
    public void A_test_leaves_no_session() =>
        Assert.Equal(
            "0",
            _engine.Text(
                """
                $server = Start-TcpChatServer -Echo
                $null = Test-TcpChat -Port $server.Port -Count 2
                $null = Wait-TcpChatSession -Server $server -Count 0
                @(Get-TcpChatSession | Where-Object { -not $_.IsServerSide -and $_.RemoteEndPoint.Port -eq $server.Port }).Count
                """));
}
