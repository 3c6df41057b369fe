using TcpChat.TestPeer;

namespace TcpChat.PowerShell.Tests.Commands;

/// <summary>Invoke-TcpRequest, as a script uses it.</summary>
public sealed class RequestTests(Engine engine) : IClassFixture<Engine>
{
    private const string Echo = "$server = Start-TcpChatServer -Echo; $client = Connect-TcpChat -Port $server.Port\n";

    /// <summary>A server whose answers the test sends itself; the client's end is to be named in a session.</summary>
    private const string Talk =
        "$server = Start-TcpChatServer; $client = Connect-TcpChat -Port $server.Port; $null = Wait-TcpChatSession -Server $server; $peer = $server.Sessions[0]\n";

    private readonly Engine _engine = engine;

    [Theory]
    [InlineData("Invoke-TcpRequest hi $client", "hi")]
    [InlineData("Invoke-TcpRequest -Message hi -Session $client.Name", "hi")]
    [InlineData("$client | Invoke-TcpRequest hi", "hi")]
    [InlineData("$client.Id | Invoke-TcpRequest hi", "hi")]
    [InlineData("$client | Invoke-TcpRequest one | Invoke-TcpRequest two", "two")]
    [InlineData("1, 2, 3 | Invoke-TcpRequest -Session $client", "1|2|3")]
    [InlineData("Invoke-TcpRequest a, b $client", "a|b")]
    [InlineData("Invoke-TcpRequest hi -ComputerName localhost -Port $server.Port", "hi")]
    [InlineData("Invoke-TcpRequest hi -ComputerName localhost, 127.0.0.1 -Port $server.Port", "hi|hi")]
    [InlineData("'localhost', '127.0.0.1' | Invoke-TcpRequest hi -Port $server.Port", "hi|hi")]
    [InlineData("1, 2, 3 | Invoke-TcpRequest -ComputerName localhost -Port $server.Port", "1|2|3")]
    [InlineData("Invoke-TcpRequest a, b -ComputerName localhost -Port $server.Port", "a|b")]
    [InlineData("$server | Invoke-TcpRequest hi", "hi")]
    [InlineData("$server | Test-TcpChat | Invoke-TcpRequest hi", "hi")]
    [InlineData("[pscustomobject]@{ HostName = 'localhost'; Port = $server.Port } | Invoke-TcpRequest hi", "hi")]
    public void What_is_asked_and_whom_come_from_arguments_or_the_pipeline(string request, string answer) =>
        Assert.Equal(answer, _engine.Text(Echo + $"{request} | ForEach-Object Text"));

    [Theory]
    [InlineData("-Count 2", "a|b")]
    [InlineData("-IdleTimeoutSec 1", "a|b|c")]
    [InlineData("-IdleTimeoutSec 5 -Count 2", "a|b")]
    [InlineData("-Until 'b\\n'", "b\n")]
    public void The_parameters_say_where_the_answer_ends(string end, string answer)
    {
        Assert.Equal(answer, _engine.Text(Echo + $"Invoke-TcpRequest \"a`nb`nc\" $client {end} | ForEach-Object {{ \"$_\" }}"));
        Assert.Equal(answer, _engine.Text($"Invoke-TcpRequest \"a`nb`nc\" -ComputerName localhost -Port $server.Port {end} | ForEach-Object {{ \"$_\" }}"));
    }

    [Theory]
    [InlineData("-Until 'l+(?<Rest>o)'", "llo|he|o")]
    [InlineData("-Until nothing, '.', 'h' -SimpleMatch", "h||")]
    [InlineData("-Until E, l -CaseSensitive", "l|he|")]
    public void A_pattern_gives_what_a_wait_for_it_gives(string until, string match)
    {
        const string show = "ForEach-Object { \"$($_.Match)|$($_.Before)|$($_.Groups.Rest)\" }";
        Assert.Equal(match, _engine.Text(Echo + $"Invoke-TcpRequest hello -Session $client {until} | {show}"));
        Assert.Equal(match, _engine.Text($"Invoke-TcpRequest hello -ComputerName localhost -Port $server.Port {until} | {show}"));
    }

    [Fact]
    public void Several_sessions_are_asked_before_the_first_answer_is_waited_for()
    {
        string answers = _engine.Text(
            """
            $server = Start-TcpChatServer -Model Iterative -Echo
            $slow = Connect-TcpChat -Port $server.Port
            $waiting = Connect-TcpChat -Port $server.Port
            $null = Wait-TcpChatSession -Server $server
            Disconnect-TcpChat $slow
            $other = Start-TcpChatServer -Echo
            $a, $b = 1..2 | ForEach-Object { Connect-TcpChat -Port $other.Port -Name "client$_" }
            Invoke-TcpRequest hi $waiting, $a, $b, $a | ForEach-Object { "$($_.Session.Name -like 'client*') $_" }
            """);
        Assert.Equal("False hi|True hi|True hi", answers);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-Until 'hi'")]
    public void A_session_that_does_not_answer_in_time_keeps_no_answer_of_another_back(string end)
    {
        (var output, var errors) = _engine.RunWithErrors(
            Echo + "$mute = Start-TcpChatServer; $silent = Connect-TcpChat -Port $mute.Port\n"
            + $"Invoke-TcpRequest hi $silent, $client -TimeoutSec 3 {end} | ForEach-Object {{ \"$_\" }}");
        Assert.Equal("hi", Assert.Single(output).ToString());
        Assert.StartsWith("ReceiveTimeout,", Assert.Single(errors).FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answers_come_in_the_order_of_the_computers_and_a_failure_keeps_none_from_the_others()
    {
        await using ListeningPeer closing = Peer.Listen("close-on-accept");
        (var output, var errors) = _engine.RunWithErrors(
            Echo + "$gone = Start-TcpChatServer; $port = $gone.Port; Stop-TcpChatServer $gone\n"
            + "$targets = foreach ($p in $server.Port, $port, $args[0], $server.Port) { [pscustomobject]@{ ComputerName = '127.0.0.1'; Port = $p } }\n"
            + "$targets | Invoke-TcpRequest hi | ForEach-Object { $_.Session.RemoteEndPoint.Port -eq $server.Port }",
            closing.Port);
        Assert.Equal(["True", "True"], output.Select(static o => o.ToString()));
        Assert.Equal(2, errors.Count);
        Assert.StartsWith("ConnectionRefused,", errors[0].FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.StartsWith("SessionClosed,", errors[1].FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal($"127.0.0.1:{closing.Port}", errors[1].TargetObject);
    }

    [Fact]
    public void A_request_with_a_connection_of_its_own_leaves_no_session()
    {
        Assert.Equal(
            "hi|Closed|0",
            _engine.Text(
                """
                $server = Start-TcpChatServer -Echo
                $answer = Invoke-TcpRequest hi -ComputerName 127.0.0.1 -Port $server.Port
                "$answer"
                $null = Wait-TcpChatSession $answer.Session
                $answer.Session.State
                @(Get-TcpChatSession | Where-Object Id -EQ $answer.Session.Id).Count
                """));
    }

    [Fact]
    public void Bytes_go_in_and_come_out_as_one_array()
    {
        Assert.Equal(
            "Byte[] 1 0 255 10 13|Byte[] 65 66|Byte[] 65 66 67",
            _engine.Text(Echo +
                """
                filter Show { "$($_.GetType().Name) $_" }
                $raw = Start-TcpChatServer -Echo -Framing Raw
                $in = [byte[]](1, 0, 255, 10, 13)
                , (Invoke-TcpRequest $in -ComputerName localhost -Port $raw.Port -AsByteStream -IdleTimeoutSec 1) | Show
                , ([byte[]](65, 66) | Invoke-TcpRequest -Session $client -AsByteStream) | Show
                , (Invoke-TcpRequest "AB`nC" $client -AsByteStream -Count 2) | Show
                """));
    }

    [Fact]
    public void What_waits_is_never_taken_for_the_answer()
    {
        (var output, var errors) = _engine.RunWithErrors(Talk +
            """
            'late' | Send-TcpMessage -Session $peer
            while ($client.InboxLength -lt 1) { }
            Invoke-TcpRequest 'question' $client
            "sent: $($client.MessagesSent)"
            (Receive-TcpMessage $client).Text
            """);
        Assert.Equal(["sent: 0", "late"], output.Select(static o => o.ToString()));
        var error = Assert.Single(errors);
        Assert.StartsWith("MessagesWaiting,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains("late", error.Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_waits_can_be_cleared_away_and_the_beginning_of_a_message_with_it()
    {
        string answer = _engine.Text(
            """
            $server = Start-TcpChatServer -Framing Raw -OnMessage { $_.Text.ToUpper() } -Greeting "late`nprompt> "
            $client = Connect-TcpChat -Port $server.Port
            while ($client.BytesReceived -lt 13) { }
            Invoke-TcpRequest 'question' $client -ClearInbox | ForEach-Object Text
            """);
        Assert.Equal("QUESTION", answer);
    }

    [Fact]
    public void A_prompt_that_waits_is_no_match_for_the_next_request()
    {
        string ids = _engine.RunWithErrors(
            """
            $server = Start-TcpChatServer -Framing Raw -OnMessage { $_.Text + '> ' } -Greeting '> '
            $client = Connect-TcpChat -Port $server.Port
            while ($client.PeekText() -ne '> ') { }
            Invoke-TcpRequest 'question' $client -Until '> ' -SimpleMatch
            """).Errors[0].FullyQualifiedErrorId;
        Assert.StartsWith("MessagesWaiting,", ids, StringComparison.Ordinal);
        Assert.Equal("question\n", _engine.Text("(Invoke-TcpRequest 'question' $client -Until '> ' -SimpleMatch -ClearInbox).Before"));
    }

    [Fact]
    public void Answers_that_came_before_an_error_are_given()
    {
        (var output, var errors) = _engine.RunWithErrors(Echo + "Invoke-TcpRequest \"a`nb\" $client -Count 3 -TimeoutSec 3 | ForEach-Object Text");
        Assert.Equal(["a", "b"], output.Select(static o => o.ToString()));
        var error = Assert.Single(errors);
        Assert.StartsWith("ReceiveTimeout,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains("2 of 3", error.Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pattern_that_does_not_come_leaves_what_came_where_it_is()
    {
        (var output, var errors) = _engine.RunWithErrors(Echo +
            """
            Invoke-TcpRequest hello $client -Until nothing -TimeoutSec 3
            (Receive-TcpMessage $client).Text
            """);
        Assert.Equal("hello", Assert.Single(output).ToString());
        Assert.Contains("hello", Assert.Single(errors).Exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("silent", "ReceiveTimeout")]
    [InlineData("reset-after?bytes=1", "SessionClosed")]
    [InlineData("send?text=half%20a%20li&end=none&then=hold", "ReceiveTimeout")]
    [InlineData("oversize?bytes=20000", "MessageTooLarge")]
    [InlineData("half-close?send=&end=none", "SessionClosed")]
    public async Task Each_bad_peer_is_one_error_in_time(string behavior, string id)
    {
        await using ListeningPeer peer = Peer.Listen(behavior);
        var error = _engine.Error(
            "Invoke-TcpRequest hi -ComputerName 127.0.0.1 -Port $args[0] -TimeoutSec 1 -MaximumAnswerSize 10000", peer.Port);
        Assert.Equal($"{id},TcpChat.Commands.InvokeTcpRequestCommand", error.FullyQualifiedErrorId);
    }

    [Fact]
    public async Task Garbage_is_answers_and_no_error()
    {
        await using ListeningPeer peer = Peer.Listen("garbage?bytes=5000&then=half-close");
        Assert.Equal("5000", _engine.Text(
            "(Invoke-TcpRequest hi -ComputerName 127.0.0.1 -Port $args[0] -AsByteStream -IdleTimeoutSec 10).Length", peer.Port));
    }
}
