namespace TcpChat.PowerShell.Tests.Handlers;

/// <summary>An error in a handler ends its own session at most.</summary>
public sealed class HandlerErrorTests(Engine engine) : IClassFixture<Engine>
{
    private const string NonTerminating =
        "& { [CmdletBinding()] param() $PSCmdlet.WriteError([System.Management.Automation.ErrorRecord]::new([Exception]::new('oh no'), 'x', 'NotSpecified', $null)) }";

    private readonly Engine _engine = engine;

    [Theory]
    [InlineData("-OnMessage { if ($_.Text -eq 'bad') { throw 'oh no' }; $_ }")]
    [InlineData("-OnMessage { if ($_.Text -eq 'bad') { " + NonTerminating + " }; $_ }")]
    [InlineData("-ScriptBlock { param($Session) Receive-TcpMessage $Session -Follow | ForEach-Object { if ($_.Text -eq 'bad') { throw 'oh no' }; Send-TcpMessage $_ $Session } }")]
    [InlineData("-ScriptBlock { param($Session) Receive-TcpMessage $Session -Follow | ForEach-Object { if ($_.Text -eq 'bad') { " + NonTerminating + " }; Send-TcpMessage $_ $Session } }")]
    public void An_error_ends_its_session_and_no_other(string block)
    {
        int port = Start($"$server = Start-TcpChatServer {block}; $server.Port");
        using Caller other = new(port);
        other.Say("before\n");
        Assert.Equal("before", other.Hear());
        using Caller failing = new(port);
        failing.Say("good\nbad\nnever\n");
        Assert.Equal("good", failing.Hear());
        Assert.Null(failing.Hear());
        Assert.Equal("Failed|HandlerFailed|oh no|oh no|True", Outcome(1));
        other.Say("after\n");
        Assert.Equal("after", other.Hear());
    }

    [Theory]
    [InlineData("-OnMessage { if ($_.Text -eq 'bad') { 'part'; throw 'oh no' }; $_ }", "good part last")]
    [InlineData("-OnMessage { if ($_.Text -eq 'bad') { " + NonTerminating + " }; $_ }", "good bad last")]
    [InlineData("-ScriptBlock { param($Session) Receive-TcpMessage $Session -Follow | ForEach-Object { if ($_.Text -eq 'bad') { " + NonTerminating + " }; Send-TcpMessage $_ $Session } }", "good bad last")]
    public void An_error_is_only_recorded_where_so_told(string block, string answers)
    {
        string heard = Caller.Ask(Start($"$server = Start-TcpChatServer -HandlerError Continue {block}; $server.Port"), "good\nbad\nlast\n");
        Assert.Equal(answers, heard.TrimEnd('\n').Replace('\n', ' '));
        Assert.Equal("Completed|PeerClosed||oh no", _engine.Text(
            """
            $child = $server.ChildJobs[0]
            $null = Wait-Job $child -Timeout 20
            "$($child.State)", "$($child.Session.CloseReason)", "$($child.Session.Error)", "$($child.Error)"
            """));
    }

    [Fact]
    public void A_throw_ends_the_conversation_whatever_was_told()
    {
        using Caller caller = new(Start("$server = Start-TcpChatServer -HandlerError Continue -ScriptBlock { throw 'oh no' }; $server.Port"));
        Assert.Null(caller.Hear());
        Assert.Equal("Failed|HandlerFailed|oh no|oh no|True", Outcome(0));
    }

    [Fact]
    public void The_job_has_failed_also_where_the_peer_had_closed_its_side_before()
    {
        using ManualResetEventSlim gate = new();
        int port = Start("param($Gate) $server = Start-TcpChatServer -OnMessage { $null = ($using:Gate).Wait(20000); throw 'oh no' }; $server.Port", gate);
        using Caller caller = new(port);
        caller.Say("a\n");
        Task<string> ending = Task.Run(caller.End, TestContext.Current.CancellationToken);
        _engine.Run("$null = Wait-TcpChatSession -Server $server; while ($server.Sessions[0].State -ne 'HalfClosed') { }");
        gate.Set();
        Assert.Equal("Failed|oh no|", _engine.Text(
            """
            $child = $server.ChildJobs[0]
            $null = Wait-Job $child -Timeout 20
            "$($child.State)", "$(Receive-Job $child 2>&1)", "$($child.Error)"
            """));
    }

    [Fact]
    public void The_error_record_says_where_in_the_block_it_was()
    {
        Caller.Ask(Start("$server = Start-TcpChatServer -OnMessage {\n  $null = 1\n  throw 'here'\n}; $server.Port"), "a\n");
        Assert.Equal("throw 'here'", _engine.Text("$null = Wait-Job $server.ChildJobs[0] -Timeout 20; $server.ChildJobs[0].Error[0].InvocationInfo.Line.Trim()"));
    }

    [Theory]
    [InlineData("-OnMessage { [string][char]0x20AC }")]
    [InlineData("-ScriptBlock { param($Session) Send-TcpMessage ([string][char]0x20AC) $Session }")]
    public void Text_that_the_encoding_cannot_express_is_an_error(string block)
    {
        using Caller caller = new(Start($"$server = Start-TcpChatServer -Encoding latin1 {block}; $server.Port"));
        caller.Say("a\n");
        Assert.Null(caller.Hear());
        Assert.Equal("Failed|HandlerFailed|True", _engine.Text(
            """
            $child = $server.ChildJobs[0]
            $null = Wait-Job $child -Timeout 20
            "$($child.State)", "$($child.Session.CloseReason)", ("$($child.Error[0].FullyQualifiedErrorId)" -like 'TextNotEncodable*')
            """));
    }

    [Fact]
    public void A_block_whose_text_has_no_form_fails_only_its_session()
    {
        int port = Start(
            """
            class Unspeakable { [string] ToString() { throw 'no words' } }
            $it = [Unspeakable]::new()
            $server = Start-TcpChatServer -OnMessage { if ($_.Text -eq 'bad') { $using:it } else { $_ } }
            $server.Port
            """);
        Assert.Equal(string.Empty, Caller.Ask(port, "bad\n"));
        Assert.Equal("good\n", Caller.Ask(port, "good\n"));
    }

    [Fact]
    public void A_peer_that_resets_fails_the_job_but_its_messages_are_handled()
    {
        using CountdownEvent handled = new(3);
        using Caller caller = new(Start("param($Handled) $server = Start-TcpChatServer -OnMessage { $null = ($using:Handled).Signal(); $_ }; $server.Port", handled));
        caller.Say("a\nb\nc\n");
        caller.Hear();
        caller.Reset();
        Assert.True(handled.Wait(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));
        Assert.Equal("Failed PeerReset", _engine.Text("$child = $server.ChildJobs[0]; $null = Wait-Job $child -Timeout 20; \"$($child.State) $($child.Session.CloseReason)\""));
    }

    private string Outcome(int child) => _engine.Text(
        $$"""
        $child = $server.ChildJobs[{{child}}]
        $null = Wait-Job $child -Timeout 20
        "$($child.State)", "$($child.Session.CloseReason)", "$($child.Session.Error.Message)", (@(Receive-Job $child 2>&1) -join '+')
        $server.State -eq 'Running'
        """);

    private int Start(string script, params object?[] arguments) => _engine.Get<int>(script, arguments);
}
