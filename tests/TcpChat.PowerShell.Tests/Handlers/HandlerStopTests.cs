using System.Diagnostics;
using System.Management.Automation;
using System.Runtime.CompilerServices;

namespace TcpChat.PowerShell.Tests.Handlers;

/// <summary>Whatever a handler does, stopping it returns.</summary>
public sealed class HandlerStopTests : IDisposable
{
    private const string EndlessLoop = "-ScriptBlock { 'begun'; while ($true) { [System.Threading.Thread]::Sleep(1) } }";
    private const string EndlessAnswer = "-OnMessage { $null = ($using:Begun).Set(); while ($true) { [System.Threading.Thread]::Sleep(1) } }";

    private readonly Engine _engine = new();
    private readonly ManualResetEventSlim _begun = new();

    public void Dispose()
    {
        _engine.Dispose();
        _begun.Dispose();
    }

    [Theory]
    [InlineData("$null = ($using:Begun).Set(); while ($true) { }")]
    [InlineData("$null = ($using:Begun).Set(); while ($true) { try { while ($true) { } } finally { } }")]
    [InlineData("param($Session) $null = ($using:Begun).Set(); Receive-TcpMessage $Session -TimeoutSec 60")]
    [InlineData("param($Session) $null = ($using:Begun).Set(); Receive-TcpMessage $Session -Follow")]
    [InlineData("param($Session) $null = ($using:Begun).Set(); Wait-TcpChatSession -Server $Server -Count 9")]
    public void Stop_job_on_a_child_ends_its_conversation_at_once(string block)
    {
        using Caller caller = Begin($"-ThrottleLimit 1 -ScriptBlock {{ {block} }}");
        Assert.InRange(Time("Stop-Job $child"), TimeSpan.Zero, TimeSpan.FromSeconds(2));
        Assert.Equal("Stopped|LocalClosed||True|Running", _engine.Text(
            """ "$($child.State)", "$($child.Session.CloseReason)", "$($child.Error)", ($null -eq $child.JobStateInfo.Reason), "$($server.State)" """));
        AssertServesOn();
    }

    [Fact]
    public void Stop_job_on_a_child_ends_the_message_that_is_handled()
    {
        using Caller caller = Begin("-ThrottleLimit 1 " + EndlessAnswer, "go\nnever\n");
        Assert.InRange(Time("Stop-Job $child"), TimeSpan.Zero, TimeSpan.FromSeconds(2));
        Assert.Equal("Stopped|LocalClosed|Running", _engine.Text(""" "$($child.State)", "$($child.Session.CloseReason)", "$($server.State)" """));
        AssertServesOn();
    }

    [Fact]
    public void A_handler_inside_a_call_that_does_not_heed_the_engine_is_given_up()
    {
        using ManualResetEventSlim never = new();
        _engine.Run("param($Never) $never = $Never", never);
        using Caller caller = Begin("-ThrottleLimit 1 -ScriptBlock { param($Session) $null = ($using:Begun).Set(); $null = ($using:never).Wait(30000) }");
        Assert.InRange(Time("Stop-Job $child"), TimeSpan.Zero, TimeSpan.FromSeconds(7));
        Assert.Equal("Stopped", _engine.Text("\"$($child.State)\""));
        AssertServesOn();
        never.Set();
    }

    [Theory]
    [InlineData("Stop-Job $server", EndlessLoop)]
    [InlineData("Stop-TcpChatServer $server -TimeoutSec 1", EndlessLoop)]
    [InlineData("Stop-TcpChatServer $server -TimeoutSec 0", EndlessAnswer)]
    [InlineData("Remove-Job $server -Force", EndlessLoop)]
    [InlineData("Remove-Module TcpChat", EndlessAnswer)]
    public void Stopping_the_server_ends_its_handlers(string stop, string handler)
    {
        using Caller caller = Begin("-InitializationScript { [runspace]::DefaultRunspace.Name = 'TcpChatStopped' } " + handler, "go\n");
        Assert.InRange(Time(stop), TimeSpan.Zero, TimeSpan.FromSeconds(7));
        Assert.Equal("Stopped Stopped", _engine.Text("\"$($server.State) $($child.State)\""));
        HandlerCount.AwaitNoneOf("TcpChatStopped");
        _engine.Run("param($Manifest) Import-Module $Manifest", Repository.Manifest);
    }

    [Theory]
    [InlineData("Stop-TcpChatServer $Server")]
    [InlineData("Stop-Job $Server")]
    [InlineData("$Server.StopJob()")]
    [InlineData("Remove-Job $Server -Force")]
    public void A_handler_can_stop_its_own_server_without_waiting_for_itself(string stop)
    {
        int port = Start($"param($Begun) $server = Start-TcpChatServer -ScriptBlock {{ param($Session) ($using:Begun).Set(); {stop} }}; $server.Port");
        long begin = Stopwatch.GetTimestamp();
        using Caller caller = new(port);
        Assert.True(_begun.Wait(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));
        Assert.Equal("Stopped", _engine.Text("$null = Wait-Job $server -Timeout 20; \"$($server.State)\""));
        Assert.InRange(Stopwatch.GetElapsedTime(begin), TimeSpan.Zero, TimeSpan.FromSeconds(3));
    }

    [Fact]
    public void A_message_can_stop_its_own_server()
    {
        int port = Start("$server = Start-TcpChatServer -OnMessage { if ($_.Text -eq 'stop') { Stop-TcpChatServer $Server } else { $_ } }; $server.Port");
        using Caller caller = new(port);
        caller.Say("a\nstop\n");
        Assert.Equal("a", caller.Hear());
        Assert.Null(caller.Hear());
        Assert.Equal("Stopped", _engine.Text("$null = Wait-Job $server -Timeout 20; \"$($server.State)\""));
    }

    [Fact]
    public void A_handler_can_stop_its_own_job()
    {
        using Caller caller = new(Start("$server = Start-TcpChatServer -ScriptBlock { param($Session) Stop-Job ($Server.ChildJobs | Where-Object { $_.Session -eq $Session }) }; $server.Port"));
        Assert.Null(caller.Hear());
        Assert.Equal("Stopped|Running", _engine.Text("$child = $server.ChildJobs[0]; $null = Wait-Job $child -Timeout 20; \"$($child.State)\"; \"$($server.State)\""));
    }

    [Fact]
    public void A_session_that_waits_for_a_worker_can_be_stopped()
    {
        using Caller caller = Begin("-ThrottleLimit 1 " + EndlessLoop);
        using Caller waiting = new(Start("$server.Port"));
        _engine.Run("$null = Wait-TcpChatSession -Server $server -Count 2");
        Assert.InRange(Time("Stop-Job $server.ChildJobs[1]"), TimeSpan.Zero, TimeSpan.FromSeconds(2));
        Assert.Equal("Stopped Running", _engine.Text("\"$($server.ChildJobs[1].State) $($child.State)\"; Stop-TcpChatServer $server -TimeoutSec 0"));
    }

    [Fact]
    public void Conversations_that_are_stopped_while_they_begin_and_end_are_all_over()
    {
        int port = Start("$server = Start-TcpChatServer -ThrottleLimit 3 -ScriptBlock { param($Session) if ($Session.Id % 2) { while ($true) { } } }; $server.Port");
        for (int round = 0; round < 15; round++)
        {
            using Caller first = new(port);
            using Caller second = new(port);
            _engine.Run("while ($server.Accepted -lt $args[0]) { }; $server.ChildJobs | Where-Object State -eq Running | Stop-Job", (round + 1) * 2);
        }

        Assert.Equal("0", _engine.Text("$null = Wait-TcpChatSession -Server $server -Count 0; @($server.ChildJobs | Where-Object State -notin Completed, Stopped).Count"));
    }

    [Fact]
    public void Nothing_is_left_of_a_server_that_was_removed()
    {
        string modulePath = Environment.GetEnvironmentVariable("PSModulePath") ?? string.Empty;
        WeakReference gone = RunAndRemove();
        HandlerCount.AwaitNoneOf("TcpChatRemoved");
        Assert.True(SpinWait.SpinUntil(
            () =>
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
                return !gone.IsAlive;
            },
            TimeSpan.FromSeconds(20)));
        Assert.Equal(modulePath, Environment.GetEnvironmentVariable("PSModulePath"));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private WeakReference RunAndRemove()
    {
        int port = Start("$server = Start-TcpChatServer -InitializationScript { [runspace]::DefaultRunspace.Name = 'TcpChatRemoved' } -OnMessage { $_ }; $server.Port");
        Assert.Equal("a\n", Caller.Ask(port, "a\n"));
        WeakReference reference = new(_engine.Get<Job>("$server"));
        _engine.Run("Stop-Job $server; Remove-Job $server; $server = $null");
        return reference;
    }

    private Caller Begin(string handler, string said = "")
    {
        Caller caller = new(Start($"param($Begun) $server = Start-TcpChatServer {handler}; $server.Port", _begun));
        caller.Say(said);
        _engine.Run("$null = Wait-TcpChatSession -Server $server; $child = $server.ChildJobs[0]");
        if (handler.Contains("'begun'", StringComparison.Ordinal))
        {
            _engine.Run("while (-not $child.HasMoreData) { }");
        }
        else
        {
            Assert.True(_begun.Wait(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));
        }

        return caller;
    }

    /// <summary>The only worker there may be has gone; another has come.</summary>
    private void AssertServesOn()
    {
        _begun.Reset();
        using Caller next = new(Start("$server.Port"));
        next.Say("go\n");
        Assert.True(_begun.Wait(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));
        _engine.Run("Stop-TcpChatServer $server -TimeoutSec 0");
    }

    private TimeSpan Time(string script)
    {
        long begin = Stopwatch.GetTimestamp();
        _engine.Run(script);
        return Stopwatch.GetElapsedTime(begin);
    }

    private int Start(string script, params object?[] arguments) => _engine.Get<int>(script, arguments.Length > 0 ? arguments : [_begun]);
}
