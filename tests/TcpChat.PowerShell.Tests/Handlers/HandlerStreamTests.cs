using System.Management.Automation;

namespace TcpChat.PowerShell.Tests.Handlers;

/// <summary>What a handler writes is in the streams of its connection's job.</summary>
public sealed class HandlerStreamTests(Engine engine) : IClassFixture<Engine>
{
    private const string WriteAll =
        """
        $VerbosePreference = $DebugPreference = 'Continue'
        & {
            [CmdletBinding()] param()
            $PSCmdlet.WriteWarning('w'); $PSCmdlet.WriteVerbose('v'); $PSCmdlet.WriteDebug('d'); $PSCmdlet.WriteInformation('i', @())
            $PSCmdlet.WriteError([System.Management.Automation.ErrorRecord]::new([Exception]::new('e'), 'x', 'NotSpecified', $null))
        }
        """;

    private readonly Engine _engine = engine;

    [Theory]
    [InlineData("-OnMessage { " + WriteAll + " }", "|w|v|d|i|e")]
    [InlineData("-ScriptBlock { 'o'; " + WriteAll + " }", "o|w|v|d|i|e")]
    public void Every_stream_is_in_the_childs_job(string block, string written)
    {
        Caller.Ask(Start($"$server = Start-TcpChatServer -HandlerError Continue {block}; $server.Port"), "go\n");
        Assert.Equal(written, _engine.Text(
            """
            $child = $server.ChildJobs[0]
            $null = Wait-Job $child -Timeout 20
            "$($child.Output)", "$($child.Warning)", "$($child.Verbose)", "$($child.Debug)", "$($child.Information)", "$($child.Error)"
            """));
        Assert.Equal("True|True", _engine.Text("$server.HasMoreData, $child.HasMoreData"));
        (_, IReadOnlyList<ErrorRecord> errors) = _engine.RunWithErrors("$received = Receive-Job $server");
        Assert.Equal("e", Assert.Single(errors).ToString());
        Assert.Equal("False|False", _engine.Text("$server.HasMoreData, $child.HasMoreData"));
    }

    [Fact]
    public void Output_can_be_received_while_the_conversation_goes_on_each_object_once()
    {
        using Caller caller = new(Start("$server = Start-TcpChatServer -ScriptBlock { param($Session) Receive-TcpMessage $Session -Follow | ForEach-Object { \"heard $_\"; Send-TcpMessage ok $Session } }; $server.Port"));
        caller.Say("a\n");
        caller.Hear();
        Assert.Equal("heard a|heard a|", _engine.Text("Receive-Job $server -Keep; Receive-Job $server; \"$(Receive-Job $server)\""));
        caller.Say("b\n");
        caller.Hear();
        Assert.Equal("heard b||Running", _engine.Text("$child = $server.ChildJobs[0]; Receive-Job $child; \"$(Receive-Job $server)\"; \"$($child.State)\""));
    }

    [Fact]
    public void Receive_job_wait_follows_the_output_of_later_sessions()
    {
        int port = Start("$server = Start-TcpChatServer -ScriptBlock { param($Session) 1..100 | ForEach-Object { \"$_\" } }; $server.Port");
        Caller.Ask(port, string.Empty);
        using RunningScript following = Engine.BeginElsewhere("param($Job) 'begun'; Receive-Job -Job $Job -Wait", _engine.Get<Job>("$server"));
        following.Wait(101);
        Caller.Ask(port, string.Empty);
        Caller.Ask(port, string.Empty);
        following.Wait(200);
        _engine.Run("Stop-TcpChatServer $server");
        (IReadOnlyList<PSObject> output, IReadOnlyList<ErrorRecord> errors) = following.End(TimeSpan.FromSeconds(20));
        Assert.Empty(errors);
        Assert.Equal(301, output.Count);
        Assert.All(output.Skip(1).GroupBy(static o => o.ToString()), static group => Assert.Equal(3, group.Count()));
    }

    [Fact]
    public void Receive_job_wait_on_one_child_ends_with_its_conversation()
    {
        using Caller caller = new(Start("$server = Start-TcpChatServer -ScriptBlock { param($Session) 'begun'; $null = Receive-TcpMessage $Session; 'ended' }; $server.Port"));
        Job child = _engine.Get<Job>("$null = Wait-TcpChatSession -Server $server; $server.ChildJobs[0]");
        using RunningScript following = Engine.BeginElsewhere("param($Job) Receive-Job -Job $Job -Wait", child);
        Assert.Equal("begun", following.Next().ToString());
        caller.Say("go\n");
        Assert.Equal("ended", string.Join('|', following.End(TimeSpan.FromSeconds(20)).Output));
    }

    [Fact]
    public void The_newest_output_is_kept_and_the_rest_is_counted()
    {
        Caller.Ask(
            Start(
                """
                $server = Start-TcpChatServer -OutputLimit 10 -ScriptBlock {
                    1..25
                    & { [CmdletBinding()] param() 1..15 | ForEach-Object { $PSCmdlet.WriteWarning("$_") } }
                }
                $server.Port
                """),
            string.Empty);
        Assert.Equal(
            "20|16 17 18 19 20 21 22 23 24 25|6 7 8 9 10 11 12 13 14 15",
            _engine.Text("$child = $server.ChildJobs[0]; $null = Wait-Job $child -Timeout 20; $child.DroppedOutput, \"$($child.Output)\", \"$($child.Warning)\""));
    }

    [Fact]
    public void A_conversation_that_writes_a_million_objects_costs_what_its_limit_allows()
    {
        List<WeakReference> written = [];
        int port = Start(
            """
            param($Written)
            $server = Start-TcpChatServer -ScriptBlock {
                param($Session)
                $written = $using:Written
                for ($i = 0; $i -lt 1000000; $i++) {
                    if ($i % 100000) { $i } else { $o = [object]::new(); $written.Add([WeakReference]::new($o)); $o; $o = $null }
                }
                Send-TcpMessage done $Session
            }
            $server.Port
            """,
            written);
        Assert.Equal("done\n", Caller.Ask(port, string.Empty));
        GC.Collect();
        Assert.Equal(10, written.Count);
        Assert.InRange(written.Count(static o => o.IsAlive), 0, 1);
        Assert.Equal("1000|999000|999999|Running", _engine.Text("$child = $server.ChildJobs[0]; $all = Receive-Job $child; $all.Count; $child.DroppedOutput; $all[-1]; \"$($server.State)\""));
    }

    [Fact]
    public void What_sessions_that_are_not_kept_any_more_have_written_is_kept_no_longer_either()
    {
        int port = Start("$server = Start-TcpChatServer -ScriptBlock { 'written' }; $server.Port");
        for (int i = 0; i < 140; i++)
        {
            Caller.Ask(port, string.Empty);
        }

        Assert.Equal("True|True", _engine.Text(
            """
            $null = Wait-TcpChatSession -Server $server -Count 0
            $kept = $server.ChildJobs.Count
            $kept -le 125
            $all = @(Receive-Job $server)
            $all.Count -eq $kept
            """));
    }

    private int Start(string script, params object?[] arguments) => _engine.Get<int>(script, arguments);
}
