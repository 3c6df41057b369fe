using System.Collections.Concurrent;
using System.Globalization;

namespace TcpChat.PowerShell.Tests.Handlers;

/// <summary>A block that runs for each message: what it emits is the answer.</summary>
public sealed class OnMessageTests(Engine engine) : IClassFixture<Engine>
{
    private readonly Engine _engine = engine;

    /// <summary>The block, and what a caller that says a, b hears.</summary>
    public static TheoryData<string, string> Answers => new()
    {
        { "$_.Text.ToUpper()", "A B" },
        { "$Message.Text.ToUpper()", "A B" },
        { "$_", "a b" },
        { "\"$_\"", "a b" },
        { "$PSItem.Text", "a b" },
        { "\"$($Session.MessagesReceived -ge 1) $($Server.Port -eq $Session.LocalEndPoint.Port)\".Replace(' ', '')", "TrueTrue TrueTrue" },
        { string.Empty, string.Empty },
        { "$null", string.Empty },
        { "$null = $_.Text", string.Empty },
        { "'x', 'y'", "x y x y" },
        { "'x'; $null; 'y'", "x y x y" },
        { "1; 2.5; 1e3; 1234567", "1 2.5 1000 1234567 1 2.5 1000 1234567" },
        { "[cultureinfo]::CurrentCulture = 'de-DE'; 1.5", "1.5 1.5" },
        { "[System.Text.Encoding]::ASCII.GetBytes(\"x$_\")", "xa xb" },
        { ", [byte[]](65, 66)", "AB AB" },
        { "[byte]65; [byte]66; 'c'; [byte]67", "AB c C AB c C" },
        { "'x'; return 'y'; 'never'", "x y x y" },
        { "'x'; break; 'never'", "x x" },
        { "'x'; continue; 'never'", "x x" },
        { "foreach ($i in 1..3) { if ($i -eq 2) { continue }; $i }", "1 3 1 3" },
        { "while ($true) { 'x'; break }; 'y'", "x y x y" },
        { "switch ($_.Text) { a { 'A' } default { '?' } }", "A ?" },
        { "if ($_.Text -match '(?<it>a)') { $Matches.it } else { \"$Matches-\" }", "a -" },
        { "$n++; $n", "1 1" },
        { "if ($_.Text -eq 'a') { [int]$x = 1; $x } else { \"<$x>\"; $x = 'text'; $x }", "1 <> text" },
        { "if ($_.Text -eq 'a') { $Server = $Session = $Message = 1 }; $Server.Port -eq $Session.LocalEndPoint.Port -and $Message.Text -eq 'b'", "False True" },
        { "1..3 | ForEach-Object { $_ } | Where-Object { $_ -gt 1 }", "2 3 2 3" },
        { "if ($_.Text -eq 'a') { exit }; 'never'", string.Empty },
        { "'bye'; exit; 'never'", "bye" },
        { "try { throw 'x' } catch { \"caught$_\" } finally { 'f' }", "caughtx f caughtx f" },
    };

    [Theory]
    [MemberData(nameof(Answers))]
    public void What_a_block_emits_is_sent(string block, string answers) => Assert.Equal(answers, Ask(block));

    /// <summary>A block that begins with a command of its own is run in a scope of its own.</summary>
    [Theory]
    [MemberData(nameof(Answers))]
    public void What_a_block_emits_is_sent_from_a_scope_of_its_own_too(string block, string answers) => Assert.Equal(answers, Ask("& { }; " + block));

    [Theory]
    [InlineData("param($m) \"<$m>\"", "<a> <b>")]
    [InlineData("param([string] $m) $m.Length", "1 1")]
    [InlineData("$args[0].Text", "a b")]
    [InlineData("end { $_.Text }", "a b")]
    [InlineData("function f { \"f$_\" } f", "fa fb")]
    [InlineData("$script = { \"s$_\" }; & $script; . $script", "sa sa sb sb")]
    [InlineData("$sb = { $global:seen = $true; 'x' }; ForEach-Object $sb -InputObject 1", "x x")]
    public void A_block_is_run_as_a_script_block_is(string block, string answers) => Assert.Equal(answers, Ask(block));

    [Theory]
    [InlineData("begin { } end { }")]
    [InlineData("process { $_ }")]
    [InlineData("end { $_ } clean { }")]
    [InlineData("dynamicparam { } end { }")]
    public void A_block_that_would_run_in_parts_is_refused(string block)
    {
        Assert.StartsWith("HandlerBlockNotUsable", _engine.Error($"Start-TcpChatServer -Name inParts -OnMessage {{ {block} }}").FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal("0", _engine.Text("@(Get-TcpChatServer inParts*).Count"));
    }

    [Fact]
    public void An_answer_that_comes_before_a_long_wait_is_sent_at_once()
    {
        using ManualResetEventSlim gate = new();
        using Caller caller = Call("param($Gate) $server = Start-TcpChatServer -OnMessage { 'first'; $null = ($using:Gate).Wait(20000); 'second' }; $server.Port", gate);
        caller.Say("go\n");
        Assert.Equal("first", caller.Hear());
        gate.Set();
        Assert.Equal("second", caller.Hear());
    }

    [Theory]
    [InlineData("'first'; Send-TcpMessage second $Session; 'third'; Disconnect-TcpChat $Session")]
    [InlineData("'first'; $Session.Send('second'); 'third'; $Session.CloseAsync([timespan]::FromSeconds(5)).Wait()")]
    [InlineData("function say { Send-TcpMessage second $Session; 'third' } 'first'; say; exit")]
    public void Nothing_overtakes_an_answer(string block) => Assert.StartsWith("first second third", Ask(block), StringComparison.Ordinal);

    [Fact]
    public void A_slow_message_does_not_hold_back_the_answers_to_those_before_it()
    {
        using ManualResetEventSlim gate = new();
        using Caller caller = Call(
            "param($Gate) $server = Start-TcpChatServer -OnMessage { if ($_.Text -eq 'slow') { $null = ($using:Gate).Wait(20000) }; $_ }; $server.Port", gate);
        caller.Say("a\nb\nslow\nc\n");
        Assert.Equal("a", caller.Hear());
        Assert.Equal("b", caller.Hear());
        gate.Set();
        Assert.Equal("slow", caller.Hear());
        Assert.Equal("c", caller.Hear());
    }

    [Fact]
    public void Sessions_are_served_side_by_side_and_each_in_order()
    {
        using CountdownEvent together = new(2);
        int port = Start("param($Together) $server = Start-TcpChatServer -ThrottleLimit 2 -OnMessage { if ($_.Sequence -eq 1) { $null = ($using:Together).Signal(); ($using:Together).Wait(20000) }; $_ }; $server.Port", together);
        using Caller first = new(port);
        using Caller second = new(port);
        first.Say("a\nb\n");
        second.Say("c\nd\n");
        Assert.Equal("True\na\nb\n", first.End());
        Assert.Equal("True\nc\nd\n", second.End());
    }

    [Fact]
    public async Task No_more_handlers_run_at_once_than_the_throttle_limit()
    {
        Gauge gauge = new();
        int port = Start(
            """
            param($Gauge)
            $server = Start-TcpChatServer -ThrottleLimit 2 -OnMessage {
                ($using:Gauge).Enter(); [System.Threading.Thread]::Sleep(1); ($using:Gauge).Leave(); $_
            }
            $server.Port
            """,
            gauge);
        string said = string.Concat(Enumerable.Range(1, 20).Select(static i => $"{i}\n"));
        string[] heard = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Caller.AskAsync(port, said)));
        Assert.All(heard, answers => Assert.Equal(said, answers));
        Assert.Equal(2, gauge.Most);
    }

    [Fact]
    public void A_session_with_many_messages_does_not_starve_the_others()
    {
        ConcurrentQueue<string> order = [];
        using ManualResetEventSlim gate = new();
        int port = Start(
            """
            param($Gate, $Order)
            $server = Start-TcpChatServer -ThrottleLimit 1 -OnMessage { $null = ($using:Gate).Wait(20000); ($using:Order).Enqueue($_.Text) }
            $server.Port
            """,
            gate,
            order);
        using Caller busy = new(port);
        busy.Say(string.Concat(Enumerable.Repeat("busy\n", 500)));
        _engine.Run("while ($server.MessagesReceived -lt 500) { }");
        using Caller other = new(port);
        other.Say("other\n");
        _engine.Run("while ($server.MessagesReceived -lt 501) { }");
        gate.Set();
        busy.End();
        other.End();
        Assert.Equal(501, order.Count);
        Assert.InRange(order.ToList().IndexOf("other"), 0, 64);
    }

    [Fact]
    public void A_peer_that_never_reads_holds_up_no_worker()
    {
        int port = Start("$server = Start-TcpChatServer -ThrottleLimit 1 -OutboxByteLimit 100000 -OnMessage { if ($_.Text -eq 'much') { 'x' * 50000 } else { $_ } }; $server.Port");
        using Caller deaf = new(port);
        deaf.Say(string.Concat(Enumerable.Repeat("much\n", 500)));
        _engine.Run("while ($server.Sessions[0].OutboxLength -eq 0) { }");
        Assert.Equal("a\n", Caller.Ask(port, "a\n"));
        Assert.Equal("b\n", Caller.Ask(port, "b\n"));
    }

    [Fact]
    public async Task All_that_was_said_is_answered_after_the_peer_has_closed_its_side_however_long_that_takes()
    {
        using ManualResetEventSlim gate = new();
        int port = Start("param($Gate) $server = Start-TcpChatServer -HalfCloseTimeoutSec 0 -OnMessage { $null = ($using:Gate).Wait(20000); $_ }; $server.Port", gate);
        Task<string> asking = Caller.AskAsync(port, "a\nb\nrest");
        _engine.Run("$null = Wait-TcpChatSession -Server $server; while ($server.Sessions[0].State -ne 'HalfClosed') { }");
        Assert.False(asking.IsCompleted);
        gate.Set();
        Assert.Equal("a\nb\nrest\n", await asking);
        Assert.Equal("Completed", _engine.Text("$null = Wait-Job $server.ChildJobs[0] -Timeout 20; $server.ChildJobs[0].State"));
    }

    [Theory]
    [InlineData("Raw", "abc", "abc")]
    [InlineData("LengthPrefixed", "\0\0\0\u0001a\0\0\0\u0002bc", "\0\0\0\u0001a\0\0\0\u0002bc")]
    public void Answers_are_framed_as_the_session_is(string framing, string said, string answer) =>
        Assert.Equal(answer, Caller.Ask(Start($"$server = Start-TcpChatServer -Framing {framing} -OnMessage {{ $_ }}; $server.Port"), said));

    [Fact]
    public void Messages_that_a_block_answers_are_not_to_be_received_from_the_server()
    {
        int port = Start("$server = Start-TcpChatServer -OnMessage { $_ }; $server.Port");
        Assert.Equal("a\n", Caller.Ask(port, "a\n"));
        Assert.Empty(_engine.Run("Receive-TcpMessage $server -TimeoutSec 0"));
        Assert.StartsWith("ReceiveTimeout", _engine.Error("Receive-TcpMessage $server -TimeoutSec 0.05").FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public void A_client_session_is_told_apart_from_the_one_that_is_served()
    {
        int port = Start("$target = Start-TcpChatServer -OnMessage { \"t$_\" }; $server = Start-TcpChatServer -OnMessage { $c = Connect-TcpChat 127.0.0.1 ($using:target).Port; \"x$_\" | Send-TcpMessage -Session $c; (Receive-TcpMessage $c).Text }; $server.Port");
        Assert.Equal("txa\ntxb\n", Caller.Ask(port, "a\nb\n"));
    }

    [Fact]
    public Task Five_thousand_numbered_messages_are_answered_in_order_none_lost_none_twice() => AnswersInOrderAsync(clients: 10, messages: 500);

    [Fact(Explicit = true)]
    public Task A_hundred_thousand_numbered_messages_are_answered_in_order_none_lost_none_twice() => AnswersInOrderAsync(clients: 50, messages: 2000);

    private async Task AnswersInOrderAsync(int clients, int messages)
    {
        int port = Start("$server = Start-TcpChatServer -OnMessage { $_.Text }; $server.Port");
        string[] heard = await Task.WhenAll(Enumerable.Range(0, clients).Select(client => Caller.AskAsync(port, Numbered(client, messages))));
        Assert.Equal(Enumerable.Range(0, clients).Select(client => Numbered(client, messages)), heard);
    }

    private static string Numbered(int client, int messages) =>
        string.Concat(Enumerable.Range(1, messages).Select(i => string.Create(CultureInfo.InvariantCulture, $"{client}:{i}\n")));

    private string Ask(string block)
    {
        string heard = Caller.Ask(Start($"$server = Start-TcpChatServer -OnMessage {{ {block} }}; $server.Port"), "a\nb\n");
        string errors = _engine.Text("$server.ChildJobs[0].Error | ForEach-Object { \"$_\" }; Stop-TcpChatServer $server");
        Assert.Equal(string.Empty, errors);
        return heard.TrimEnd('\n').Replace('\n', ' ');
    }

    private int Start(string script, params object?[] arguments) => _engine.Get<int>(script, arguments);

    private Caller Call(string script, params object?[] arguments) => new(Start(script, arguments));
}
