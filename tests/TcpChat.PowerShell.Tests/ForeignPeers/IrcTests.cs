namespace TcpChat.PowerShell.Tests.ForeignPeers;

/// <summary>ngircd: it asks whether a client is there, and passes on to others what one says.</summary>
public sealed class IrcTests(Engine engine) : IClassFixture<Engine>
{
    // Reads until a line is like this, and gives it; a PING is answered wherever it comes.
    private const string Read =
        """
        function Read-Until {
            param($Session, [string] $Pattern)
            do {
                $line = (Receive-TcpMessage $Session -TimeoutSec 20 -ErrorAction Stop).Text
                if ($line -match '^PING (.*)') { Send-TcpMessage "PONG $($Matches[1])" $Session; $script:pings++ }
            } until ($line -match $Pattern)
            $line
        }

        function Join-Irc {
            param($Port, [string] $Nick)
            $session = Connect-TcpChat 127.0.0.1 $Port -Name $Nick -LineEnding CrLf
            Send-TcpMessage "NICK $Nick`r`nUSER $Nick 0 * :$Nick of the test" $session
            $null = Read-Until $session ' 001 '
            $session
        }

        $script:pings = 0
        $port = $args[0]

        """;

    [Fact]
    public async Task Two_clients_register_answer_the_ping_join_a_channel_and_talk()
    {
        using ForeignServer server = await ForeignServers.StartIrcAsync();
        string said = engine.Text(
            Read + """
            $ada = Join-Irc $port ada
            $bob = Join-Irc $port bob
            "$script:pings pings"
            Send-TcpMessage 'JOIN #test' $ada
            Read-Until $ada ' 366 '
            Send-TcpMessage 'JOIN #test' $bob
            Read-Until $bob ' 353 '
            Read-Until $ada ' JOIN '
            Send-TcpMessage "PRIVMSG #test :hello all, $([char]0x4F60)$([char]0x597D)" $ada
            Read-Until $bob ' PRIVMSG '
            Send-TcpMessage 'PRIVMSG ada :hello ada' $bob
            Read-Until $ada ' PRIVMSG '
            Send-TcpMessage 'QUIT :bye' $bob
            Read-Until $ada ' QUIT '
            Receive-TcpMessage $bob -Follow -TimeoutSec 20 | ForEach-Object { if ($_.Text -like 'ERROR *') { $_.Text } }
            $bob.CloseReason
            """,
            server.Port);
        Assert.Equal(
            [
                "2 pings",
                ":irc.example.test 366 ada #test :End of NAMES list",
                ":irc.example.test 353 bob = #test :bob @ada",
                ":bob!~bob@127.0.0.1 JOIN :#test",
                ":ada!~ada@127.0.0.1 PRIVMSG #test :hello all, \u4F60\u597D",
                ":bob!~bob@127.0.0.1 PRIVMSG ada :hello ada",
                ":bob!~bob@127.0.0.1 QUIT :\"bye\"",
                "ERROR :\"bye\"",
                "PeerClosed",
            ],
            said.Split('|'));
    }

    [Fact]
    public async Task Who_does_not_answer_the_ping_is_not_let_in()
    {
        using ForeignServer server = await ForeignServers.StartIrcAsync();
        Assert.Equal(
            "PING|:irc.example.test 451 ada :Connection not registered",
            engine.Text(
                """
                param($Port) $session = Connect-TcpChat 127.0.0.1 $Port -LineEnding CrLf
                'NICK ada', 'USER ada 0 * :Ada', 'JOIN #test' | Send-TcpMessage -Session $session
                (Receive-TcpMessage $session -TimeoutSec 20).Text -replace ' .*'
                "$(Receive-TcpMessage $session -TimeoutSec 20)"
                """,
                server.Port));
    }

    [Fact]
    public async Task A_name_that_is_taken_is_told()
    {
        using ForeignServer server = await ForeignServers.StartIrcAsync();
        Assert.Equal(
            ":irc.example.test 433 * ada :Nickname already in use|:irc.example.test 001 bob :Welcome to the Internet Relay Network bob!~bob@127.0.0.1",
            engine.Text(
                Read + """
                $null = Join-Irc $port ada
                $session = Connect-TcpChat 127.0.0.1 $port -LineEnding CrLf
                'USER bob 0 * :Bob', 'NICK ada' | Send-TcpMessage -Session $session
                Read-Until $session ' 433 '
                Send-TcpMessage 'NICK bob' $session
                Read-Until $session ' 001 '
                """,
                server.Port));
    }

    [Fact]
    public async Task Fifty_lines_said_at_once_come_to_all_in_order()
    {
        using ForeignServer server = await ForeignServers.StartIrcAsync();
        Assert.Equal(
            string.Join('|', Enumerable.Range(1, 50).Concat(Enumerable.Range(1, 50)).Select(static number => $"line {number}")),
            engine.Text(
                Read + """
                $sessions = 'ada', 'bob', 'cyd' | ForEach-Object { Join-Irc $port $_ }
                foreach ($session in $sessions) { Send-TcpMessage 'JOIN #test' $session; $null = Read-Until $session ' 366 ' }
                1..50 | ForEach-Object { "PRIVMSG #test :line $_" } | Send-TcpMessage -Session $sessions[0]
                foreach ($session in $sessions[1, 2]) { 1..50 | ForEach-Object { (Read-Until $session ' PRIVMSG ') -replace '^.* :' } }
                """,
                server.Port));
    }
}
