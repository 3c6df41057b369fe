using System.Management.Automation;
using TcpChat.TestPeer;

namespace TcpChat.PowerShell.Tests.Consoles;

/// <summary>Enter-TcpChat in the real engine, with a host that has a screen and someone at its keyboard.</summary>
public sealed class EnterTests : IDisposable
{
    private readonly ScriptedHost _host = new();
    private readonly Engine _engine;
    private readonly dynamic _client;
    private readonly dynamic _remote;
    private readonly dynamic _server;

    // Another runspace, for what is done while the first one is at the console.
    private readonly Engine _other = new();

    public EnterTests()
    {
        _engine = new Engine(_host);
        IReadOnlyList<PSObject> ends = _engine.Run(
            """
            $server = Start-TcpChatServer -Name hall
            $client = Connect-TcpChat 127.0.0.1 $server.Port
            $remote = Wait-TcpChatSession -Server $server
            $client, $remote, $server
            """);
        (_client, _remote, _server) = (ends[0].BaseObject, ends[1].BaseObject, ends[2].BaseObject);
    }

    private FakeKeyboard Keyboard => _host.Keyboard;

    private string[] Rows => _host.Screen.Rows;

    public void Dispose()
    {
        _other.Dispose();
        _engine.Dispose();
    }

    [Fact]
    public void A_client_talks_to_the_server_and_hears_it()
    {
        Keyboard.Type("hello Server!\r")
            .Until(() => _remote.InboxLength == 1)
            .Do(() => _remote.Send($"you said {_remote.Receive(10.0).Text}", 10.0))
            .Type("half")
            .Until(() => Shows("server say:you said hello Server!"))
            .Type(" typed\r/exit\r");
        _engine.Run("Enter-TcpChat $client");
        Assert.StartsWith($"-- Session {_client.Id}, server 127.0.0.1:", Rows[0], StringComparison.Ordinal);
        Assert.Equal("You want to say:hello Server!", Rows[1]);
        Assert.Matches(@"^\d\d:\d\d:\d\d server say:you said hello Server!$", Rows[2]);
        Assert.Equal("You want to say:half typed", Rows[3]);
        Assert.Equal("Open|half typed", _engine.Text("$client.State; (Receive-TcpMessage $remote).Text"));
    }

    [Fact]
    public void The_servers_end_speaks_of_a_client_and_hears_it_go()
    {
        Keyboard.Do(() => _client.Send("Hi!", 10.0))
            .Until(() => Shows("client say:Hi!"))
            .Type("Bye~\r")
            .Until(() => _client.InboxLength == 1)
            .Do(() => _client.CloseAsync(TimeSpan.FromSeconds(5)));
        _engine.Run("$remote | Enter-TcpChat");
        Assert.Matches(@"^\d\d:\d\d:\d\d client say:Hi!$", Rows[1]);
        Assert.Equal("you want to say:Bye~", Rows[2]);
        Assert.Matches(@"^\d\d:\d\d:\d\d client shutdown!$", Rows[^1]);
    }

    [Fact]
    public void A_server_that_goes_and_one_that_cuts_are_told_apart()
    {
        Keyboard.Do(() => _remote.CloseAsync(TimeSpan.FromSeconds(5)));
        _engine.Run("Enter-TcpChat $client");
        Assert.EndsWith(" server shutdown!", Rows[^1], StringComparison.Ordinal);

        dynamic other = _engine.Run("$other = Connect-TcpChat 127.0.0.1 $server.Port; Wait-TcpChatSession -Server $server")[0].BaseObject;
        Keyboard.Do(() => other.Abort());
        _engine.Run("Enter-TcpChat $other");
        Assert.Contains(" server shutdown! (PeerReset", Rows[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_a_hostile_peer_sends_is_obeyed()
    {
        // The screen of these tests fails on any sequence that is none of the line editor's.
        Keyboard.Do(() => _remote.Send("\e[2J\e]0;title\a\e[31mred\u009b31m\b\u202Eevil\t|\u0085x", 10.0))
            .Until(() => Shows("evil"))
            .Type("/exit\r");
        _engine.Run("Enter-TcpChat $client");
        Assert.EndsWith(
            "server say:\u241B[2J\u241B]0;title\u2407\u241B[31mred<U+009B>31m\u2408<U+202E>evil\u2409|<U+0085>x",
            Rows.Single(static r => r.Contains("evil", StringComparison.Ordinal)),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_message_of_several_lines_cannot_pass_for_someone_else()
    {
        _engine.Run(
            """
            $raw = Start-TcpChatServer -Framing Raw
            $rawClient = Connect-TcpChat 127.0.0.1 $raw.Port -Framing Raw
            Send-TcpMessage "one`r`n12:00:00 server shutdown!`n" (Wait-TcpChatSession -Server $raw)
            """);
        Keyboard.Until(() => Shows("shutdown!")).Type("\u4F60\u597D\r/exit\r");
        _engine.Run("Enter-TcpChat $rawClient");
        Assert.EndsWith(" server say:one", Rows[1], StringComparison.Ordinal);
        Assert.Equal("         | 12:00:00 server shutdown!", Rows[2]);
        Assert.Equal("\u4F60\u597D", _engine.Text("(Receive-TcpMessage $raw).Text"));
    }

    [Fact]
    public void What_was_not_shown_when_it_was_left_is_still_there()
    {
        Keyboard.Type("/exit\r");
        _engine.Run("Enter-TcpChat $client");
        _remote.Send("later", 10.0);
        Assert.Equal("later", _engine.Text("(Receive-TcpMessage $client).Text"));
    }

    [Fact]
    public void A_stop_leaves_at_once_and_the_session_stays_open()
    {
        using ManualResetEventSlim sitting = new();
        Keyboard.Type("abc").Do(sitting.Set);
        using RunningScript script = _engine.Begin("Enter-TcpChat $client");
        Assert.True(sitting.Wait(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));
        script.Stop();
        Assert.Equal(PSInvocationState.Stopped, script.State);
        Assert.Empty(script.End(TimeSpan.FromSeconds(5)).Errors);
        Assert.Equal("You want to say:abc^C", Rows[^1]);
        _remote.Send("next", 10.0);
        Assert.Equal("next", _engine.Text("(Receive-TcpMessage $client).Text"));
    }

    [Fact]
    public void A_session_of_its_own_is_closed_when_it_is_left()
    {
        Keyboard.Type("hi\r/exit\r");
        _engine.Run("Enter-TcpChat -ComputerName 127.0.0.1 -Port $server.Port");
        Assert.Equal("hi|127.0.0.1|1", _engine.Text(
            """
            $message = Receive-TcpMessage -Server $server
            $null = Wait-TcpChatSession $message.Session -TimeoutSec 10
            $message.Text, $message.Session.RemoteEndPoint.Address, $server.SessionCount
            """));
    }

    [Fact]
    public void An_operator_hears_everyone_and_chooses_whom_to_answer()
    {
        dynamic second = null!;
        int first = _remote.Id;
        int id = 0;
        Keyboard.Do(() => second = _other.Run("Connect-TcpChat 127.0.0.1 $args[0]", (int)_server.Port)[0].BaseObject)
            .Until(() => Shows("is here"))
            .Do(() => id = ((IEnumerable<dynamic>)_server.Sessions).Select(static s => (int)s.Id).Single(i => i != first))
            .Do(() => _client.Send("I'm Client1", 10.0))
            .Until(() => Shows("say:I'm Client1"))
            .Type("to everyone\r")
            .Type(() => $"/to {id}\r")
            .Type("Hello Client2\r/to nobody\r/to all\r/who\r")
            .Until(() => second.InboxLength == 2)
            .Do(() => second.CloseAsync(TimeSpan.FromSeconds(5)))
            .Until(() => Shows("shutdown!"))
            .Type("/exit\r");
        _engine.Run("Enter-TcpChat -AsOperator $server");

        string name = _remote.Name;
        Assert.StartsWith("-- Server hall at 127.0.0.1:", Rows[0], StringComparison.Ordinal);
        Assert.Contains(Rows, row => row.EndsWith($"client {first} {name} say:I'm Client1", StringComparison.Ordinal));
        Assert.Contains("you want to say to all:to everyone", Rows);
        Assert.Contains($"you want to say to {id}:Hello Client2", Rows);
        Assert.Contains("-- There is no session 'nobody': /who lists them.", Rows);
        Assert.Contains(Rows, row => row.StartsWith($"-- client {first} {name}  Open since ", StringComparison.Ordinal) && row.EndsWith(", 1 in, 1 out", StringComparison.Ordinal));
        Assert.Contains(Rows, row => row.Contains($" client {id} 127.0.0.1:", StringComparison.Ordinal) && row.EndsWith(" shutdown!", StringComparison.Ordinal));
        Assert.Equal("to everyone", _engine.Text("(Receive-TcpMessage $client -TimeoutSec 0).Text"));
        Assert.Equal("to everyone", second.Receive(0.0).Text);
        Assert.Equal("Hello Client2", second.Receive(0.0).Text);
    }

    [Fact]
    public void An_operator_comes_back_when_the_server_stops()
    {
        Keyboard.Do(() => _server.StopJobAsync());
        _engine.Run("$server | Enter-TcpChat -AsOperator");
        Assert.EndsWith("disconnected by this side (ServerStopped)", Rows[^2], StringComparison.Ordinal);
        Assert.EndsWith("server stopped", Rows[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Where_a_handler_takes_the_messages_that_is_said()
    {
        Keyboard.Type("from here\r/exit\r");
        _engine.Run("$echo = Start-TcpChatServer -Echo; $heard = Connect-TcpChat 127.0.0.1 $echo.Port; $null = Wait-TcpChatSession -Server $echo; Enter-TcpChat -AsOperator $echo");
        Assert.StartsWith("-- A handler of the server takes the messages", Rows[1], StringComparison.Ordinal);
        Assert.Equal("from here", _engine.Text("(Receive-TcpMessage $heard).Text"));
    }

    [Fact]
    public async Task Connecting_shows_its_progress_when_it_takes_long()
    {
        await using ListeningPeer peer = Peer.Listen("never-accepts");
        ErrorRecord error = _engine.Error($"Enter-TcpChat -ComputerName 127.0.0.1 -Port {peer.Port} -TimeoutSec 1.5");
        Assert.Equal("ConnectTimeout", error.FullyQualifiedErrorId.Split(',')[0]);
        Assert.Equal($"Connecting to 127.0.0.1:{peer.Port}", _host.Progress[0].Activity);
        Assert.Equal(ProgressRecordType.Completed, _host.Progress[^1].RecordType);
    }

    private bool Shows(string text) => Rows.Any(row => row.Contains(text, StringComparison.Ordinal));
}
