namespace TcpChat.PowerShell.Tests.Commands;

public sealed class ConversationTests(Engine engine) : IClassFixture<Engine>
{
    private readonly Engine _engine = engine;

    [Fact]
    public void A_server_and_a_client_hold_a_conversation()
    {
        string heard = _engine.Text(
            """
            $server = Start-TcpChatServer
            $client = Connect-TcpChat -Port $server.Port
            'Hi!' | Send-TcpMessage -Session $client
            $message = Receive-TcpMessage $server
            "$message"
            $message | Send-TcpMessage 'Hello!'
            "$($client | Receive-TcpMessage)"
            """);
        Assert.Equal("Hi!|Hello!", heard);
    }

    [Fact]
    public void An_echo_server_sends_every_message_back_in_order()
    {
        string heard = _engine.Text(
            """
            $server = Start-TcpChatServer -Echo
            $client = Connect-TcpChat -Port $server.Port
            1..500 | Send-TcpMessage -Session $client
            Receive-TcpMessage $client -Count 500 | ForEach-Object Text
            """);
        Assert.Equal(string.Join("|", Enumerable.Range(1, 500)), heard);
    }

    [Fact]
    public void Messages_of_several_clients_come_in_the_order_they_arrived()
    {
        string heard = _engine.Text(
            """
            $server = Start-TcpChatServer
            $a = Connect-TcpChat -Port $server.Port
            $b = Connect-TcpChat -Port $server.Port
            $null = Wait-TcpChatSession -Server $server -Count 2
            $expected = 0
            foreach ($client in $b, $a, $a, $b) {
                $expected++
                Send-TcpMessage "$expected" $client
                # Only what has arrived is in order; the answer proves that it has.
                $other = $server.Sessions | Where-Object { $_.RemoteEndPoint.Port -eq $client.LocalEndPoint.Port }
                while ($other.InboxLength -lt 1 -or $server.MessagesReceived -lt $expected) { }
            }
            Receive-TcpMessage $server -Count 4 | ForEach-Object Text
            """);
        Assert.Equal("1|2|3|4", heard);
    }

    [Fact]
    public void A_message_for_all_reaches_every_session()
    {
        string heard = _engine.Text(
            """
            $server = Start-TcpChatServer
            $clients = 1..3 | ForEach-Object { Connect-TcpChat -Port $server.Port }
            $null = Wait-TcpChatSession -Server $server -Count 3
            'news' | Send-TcpMessage -Server $server -All
            $server | Send-TcpMessage 'more' -All
            Receive-TcpMessage $clients -Count 2 | ForEach-Object Text
            """);
        Assert.Equal("news|more|news|more|news|more", heard);
    }

    [Fact]
    public void Bytes_come_as_they_went_with_every_framing()
    {
        foreach (string framing in new[] { "-Framing LengthPrefixed", "-Delimiter ([byte[]](7, 8, 9))", "-Framing Line -Encoding latin1" })
        {
            string heard = _engine.Text(
                $$"""
                $server = Start-TcpChatServer {{framing}} -Echo
                $client = Connect-TcpChat -Port $server.Port {{framing}}
                Send-TcpMessage ([byte[]](1, 2, 255, 0)) $client
                [byte[]](65, 66, 67) | Send-TcpMessage -Session $client
                Receive-TcpMessage $client -Count 2 | ForEach-Object { $_.Bytes -join ' ' }
                """);
            Assert.Equal("1 2 255 0|65 66 67", heard);
        }
    }

    [Fact]
    public void Several_computers_are_connected_at_once_and_one_that_fails_does_not_stop_the_others()
    {
        (var sessions, var errors) = _engine.RunWithErrors(
            """
            $server = Start-TcpChatServer
            $gone = Start-TcpChatServer
            Stop-TcpChatServer $gone
            $server.Port, $gone.Port, $server.Port |
                ForEach-Object { [pscustomobject]@{ ComputerName = '127.0.0.1'; Port = $_ } } |
                Connect-TcpChat
            """);
        Assert.Equal(2, sessions.Count);
        var error = Assert.Single(errors);
        Assert.Equal("ConnectionRefused,TcpChat.Commands.ConnectTcpChatCommand", error.FullyQualifiedErrorId);
        Assert.StartsWith("127.0.0.1:", error.TargetObject.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_server_can_be_piped_to_a_client()
    {
        string heard = _engine.Text(
            """
            $server = Start-TcpChatServer -Echo
            $client = $server | Connect-TcpChat
            $client | Send-TcpMessage 'hi'
            $client | Receive-TcpMessage | ForEach-Object Text
            $everywhere = Start-TcpChatServer -Address '::'
            ($everywhere | Connect-TcpChat).State
            """);
        Assert.Equal("hi|Open", heard);
    }

    [Fact]
    public void A_message_or_a_job_as_an_argument_stands_for_its_session()
    {
        string heard = _engine.Text(
            """
            $server = Start-TcpChatServer
            $client = $server | Connect-TcpChat
            Send-TcpMessage 'hi' $client
            $message = Receive-TcpMessage $server
            Send-TcpMessage 'to the sender' $message
            Send-TcpMessage 'to the job' $server.ChildJobs[0]
            Receive-TcpMessage $client -Count 2 | ForEach-Object Text
            """);
        Assert.Equal("to the sender|to the job", heard);
    }

    [Fact]
    public void A_single_byte_as_an_argument_goes_to_every_session_of_the_pipeline()
    {
        string heard = _engine.Text(
            """
            $server = Start-TcpChatServer -Echo
            $clients = 1..2 | ForEach-Object { $server | Connect-TcpChat }
            $clients | Send-TcpMessage ([byte]65)
            Receive-TcpMessage $clients | ForEach-Object Text
            """);
        Assert.Equal("A|A", heard);
    }

    [Fact]
    public void What_if_changes_nothing()
    {
        string states = _engine.Text(
            """
            $server = Start-TcpChatServer
            $client = $server | Connect-TcpChat
            Disconnect-TcpChat $client -WhatIf
            Stop-TcpChatServer $server -WhatIf
            $client.State, $server.JobStateInfo.State
            """);
        Assert.Equal("Open|Running", states);
    }

    [Fact]
    public void A_wildcard_that_finds_nothing_is_no_error() =>
        Assert.Equal(string.Empty, _engine.Text("Wait-TcpChatSession -Server nosuch*; Stop-TcpChatServer nosuch*; Receive-TcpMessage nosuch*; Disconnect-TcpChat nosuch*; Get-TcpChatSession nosuch*"));

    [Fact]
    public void What_a_pipeline_did_not_take_is_still_there()
    {
        string heard = _engine.Text(
            """
            $server = Start-TcpChatServer -Echo
            $client = Connect-TcpChat -Port $server.Port
            'a', 'b', 'c' | Send-TcpMessage -Session $client
            $first = $null
            # Stops its upstream after the first object, as Select-Object -First 1 does.
            do { $client | Receive-TcpMessage -Follow | ForEach-Object { $first = "$_"; break } } while ($false)
            $first
            Receive-TcpMessage $client -Count 2 | ForEach-Object Text
            """);
        Assert.Equal("a|b|c", heard);
    }

    [Fact]
    public void Removing_the_module_stops_servers_and_closes_sessions()
    {
        string ended = _engine.Text(
            """
            $server = Start-TcpChatServer
            $client = Connect-TcpChat -Port $server.Port
            $null = Wait-TcpChatSession -Server $server
            Remove-Module TcpChat
            $server.JobStateInfo.State, $client.State, $server.SessionCount
            Import-Module $args[0]
            """,
            Repository.Manifest);
        Assert.Equal("Stopped|Closed|0", ended);
    }
}
