using System.Management.Automation;
using TcpChat.TestPeer;

namespace TcpChat.PowerShell.Tests.Commands;

/// <summary>Wait-TcpMessage, as a script uses it.</summary>
public sealed class WaitMessageTests(Engine engine) : IClassFixture<Engine>
{
    private const string Talk =
        "$server = Start-TcpChatServer; $client = Connect-TcpChat -Port $server.Port; $null = Wait-TcpChatSession -Server $server; $peer = $server.Sessions[0]\n";

    private readonly Engine _engine = engine;

    [Theory]
    [InlineData("Wait-TcpMessage '^220 ' $client")]
    [InlineData("$client | Wait-TcpMessage '^220 '")]
    [InlineData("Wait-TcpMessage -Session $client.Id -Pattern nothing, '^220 '")]
    [InlineData("$client.Name | Wait-TcpMessage '220 ' -SimpleMatch")]
    [InlineData("Wait-TcpMessage '^220 ' $client -TimeoutSec 0")]
    public void It_takes_up_to_the_end_of_the_match(string wait)
    {
        string text = _engine.Text(Talk + "'hello', '220 ready' | Send-TcpMessage -Session $peer; while ($client.InboxLength -lt 2) { }\n"
            + $$"""
            $m = {{wait}}
            "$m|$($m.Match)|$($m.Before)|$($m.Pattern)|$($m.Session.Id -eq $client.Id)|$((Receive-TcpMessage $client).Text)"
            """);
        Assert.Matches("^220 \\|220 \\|hello\n\\|\\^?220 \\|True\\|ready$", text);
    }

    [Fact]
    public async Task A_prompt_without_an_end_is_found_though_its_bytes_come_one_by_one()
    {
        await using ListeningPeer peer = Peer.Listen("split?text=Welcome%0D%0Alogin%3A%20&end=none&then=hold");
        Assert.Equal("Welcome\n|login: ", _engine.Text(
            "param($Port) $client = Connect-TcpChat 127.0.0.1 $Port; $m = Wait-TcpMessage 'login: $' $client; \"$($m.Before)|$($m.Match)\"; Disconnect-TcpChat $client -Force",
            peer.Port));
    }

    [Fact]
    public void Groups_read_like_those_of_the_match_operator()
    {
        Assert.Equal("250|OK|250 OK|", _engine.Text(
            Talk + "Send-TcpMessage '250 OK' $peer; $m = Wait-TcpMessage '(?<Code>\\d+) (\\w+)\\n' $client; \"$($m.Groups.code)|$($m.Groups[1])|$($m.Groups[0].Trim())|$($m.Groups[7])\""));
    }

    [Fact]
    public void A_timeout_says_what_was_read_and_leaves_it()
    {
        ErrorRecord error = _engine.Error(
            Talk + "Send-TcpMessage \"one\", \"two`e[2J\" $peer; while ($client.InboxLength -lt 2) { }; Wait-TcpMessage three $client -TimeoutSec 0.05");
        Assert.Equal("ReceiveTimeout", error.FullyQualifiedErrorId.Split(',')[0]);
        Assert.Equal("one\ntwo\u001b[2J\n", Assert.IsType<string>(error.Exception.GetType().GetProperty("Received")!.GetValue(error.Exception)));
        Assert.DoesNotContain('\u001b', error.Exception.Message);
        Assert.Contains("'three'", error.Exception.Message, StringComparison.Ordinal);
        Assert.Equal("one", _engine.Text("(Receive-TcpMessage $client).Text"));
    }

    [Fact]
    public void One_session_that_fails_does_not_keep_the_others_from_theirs()
    {
        (var output, var errors) = _engine.RunWithErrors(
            Talk + "$gone = Connect-TcpChat -Port $server.Port; Disconnect-TcpChat $gone; Send-TcpMessage hi $peer; $gone, $client | Wait-TcpMessage hi | ForEach-Object Match");
        Assert.Equal("hi", Assert.Single(output).ToString());
        Assert.StartsWith("SessionClosed", Assert.Single(errors).FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public void One_session_that_is_silent_does_not_keep_the_others_from_what_has_come()
    {
        (var output, var errors) = _engine.RunWithErrors(
            Talk + "$silent = Connect-TcpChat -Port $server.Port; Send-TcpMessage hi $peer; while ($client.InboxLength -lt 1) { }; $silent, $client | Wait-TcpMessage hi -TimeoutSec 0.05 | ForEach-Object Match");
        Assert.Equal("hi", Assert.Single(output).ToString());
        Assert.StartsWith("ReceiveTimeout", Assert.Single(errors).FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public void A_handler_can_hold_a_conversation_with_it()
    {
        Assert.Equal("login: |welcome bob", _engine.Text(
            """
            $server = Start-TcpChatServer -Framing Raw -ScriptBlock {
                param($Session)
                Send-TcpMessage 'login: ' $Session
                $name = (Wait-TcpMessage '(\w+)\r?\n' $Session).Groups[1]
                Send-TcpMessage "welcome $name" $Session
            }
            $client = Connect-TcpChat -Port $server.Port
            $prompt = Wait-TcpMessage 'login: ' $client
            Send-TcpMessage 'bob' $client
            $welcome = Wait-TcpMessage 'welcome \w+' $client
            "$prompt|$welcome"
            """));
    }
}
