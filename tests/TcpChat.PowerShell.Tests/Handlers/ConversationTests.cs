using System.Management.Automation;

namespace TcpChat.PowerShell.Tests.Handlers;

/// <summary>A block that holds a whole conversation.</summary>
public sealed class ConversationTests(Engine engine) : IClassFixture<Engine>
{
    private readonly Engine _engine = engine;

    [Theory]
    [InlineData("param($Session) Send-TcpMessage hello $Session", "hello")]
    [InlineData("Send-TcpMessage \"$($Server.Port -eq $Session.LocalEndPoint.Port)\" $Session", "True")]
    [InlineData("param($Session) (Receive-TcpMessage $Session -Count 2).Text | Send-TcpMessage -Session $Session", "a b")]
    [InlineData("param($Session) Receive-TcpMessage $Session -Follow | ForEach-Object { $_.Text.ToUpper() | Send-TcpMessage -Session $Session }", "A B")]
    [InlineData("param($Session) while ($true) { $m = Receive-TcpMessage $Session; Send-TcpMessage $m.Text $Session }", "a b")]
    [InlineData("param($Session) Send-TcpMessage bye $Session; exit", "bye")]
    [InlineData("param($Session) Send-TcpMessage bye $Session; break", "bye")]
    [InlineData("param($Session) Send-TcpMessage bye $Session; Disconnect-TcpChat $Session", "bye")]
    [InlineData("param($Session) Send-TcpMessage ('x' * 3000000) $Session", null)]
    public void A_conversation_ends_in_order_with_all_that_was_sent(string block, string? answers)
    {
        string heard = Caller.Ask(Start($"$server = Start-TcpChatServer -ScriptBlock {{ {block} }}; $server.Port"), "a\nb\n");
        Assert.Equal(answers ?? new string('x', 3_000_000), heard.TrimEnd('\n').Replace('\n', ' '));
        Assert.Equal("Completed||", _engine.Text("$child = $server.ChildJobs[0]; $null = Wait-Job $child -Timeout 20; \"$($child.State)\", \"$($child.Error)\", \"$($child.Session.Error)\""));
    }

    [Fact]
    public void Arguments_come_after_the_session_as_they_are()
    {
        string heard = Caller.Ask(
            Start(
                """
                $server = Start-TcpChatServer -ArgumentList 'one', $null, @(1, 2) -ScriptBlock {
                    param($Session, $First, $Second, $Third)
                    "$First $($null -eq $Second) $($Third.Count)" | Send-TcpMessage -Session $Session
                }
                $server.Port
                """),
            string.Empty);
        Assert.Equal("one True 2\n", heard);
    }

    [Theory]
    [InlineData("$using:name", "outer")]
    [InlineData("$USING:NAME", "outer")]
    [InlineData("${using:odd name}", "odd")]
    [InlineData("$using:table.key", "value")]
    [InlineData("$using:list[1]", "second")]
    [InlineData("$(($using:list).Count)", "2")]
    [InlineData("$(& { $using:name })", "outer")]
    [InlineData("$(1 | ForEach-Object { $using:name })", "outer")]
    public void Variables_of_the_caller_are_passed(string expression, string value)
    {
        string heard = Caller.Ask(
            Start(
                $$"""
                function Start-Inside {
                    $name = 'outer'; ${odd name} = 'odd'; $table = @{ key = 'value' }; $list = 'first', 'second'
                    Start-TcpChatServer -ScriptBlock { param($Session) $v = {{expression}}; Send-TcpMessage "$v" $Session }
                }
                $server = Start-Inside
                $server.Port
                """),
            string.Empty);
        Assert.Equal(value + "\n", heard);
    }

    [Fact]
    public void It_runs_in_the_location_of_the_caller_with_the_module()
    {
        string folder = Directory.CreateTempSubdirectory("[handler] ").FullName;
        try
        {
            int port = Start(
                """
                param($Folder)
                $before = "$PWD"
                $path = $ExecutionContext.SessionState.Path
                $null = $path.SetLocation([WildcardPattern]::Escape($Folder))
                $server = Start-TcpChatServer -ScriptBlock { param($Session) "$PWD" | Send-TcpMessage -Session $Session }
                $null = $path.SetLocation($before)
                $server.Port
                """,
                folder);
            Assert.Equal(folder + "\n", Caller.Ask(port, string.Empty));
        }
        finally
        {
            Directory.Delete(folder);
        }
    }

    [Fact]
    public void The_initialization_script_runs_once_before_conversations()
    {
        int port = Start(
            """
            $server = Start-TcpChatServer -ThrottleLimit 1 -InitializationScript { $runs++; function greet($Name) { "hello $Name, $runs" } } -ScriptBlock {
                param($Session) greet $Session.Id.GetType().Name | Send-TcpMessage -Session $Session
            }
            $server.Port
            """);
        Assert.Equal("hello Int32, 1\n", Caller.Ask(port, string.Empty));
        Assert.Equal("hello Int32, 1\n", Caller.Ask(port, string.Empty));
    }

    [Theory]
    [InlineData("throw 'not today'")]
    [InlineData("Get-Nothing")]
    [InlineData("& { [CmdletBinding()] param() $PSCmdlet.WriteError([System.Management.Automation.ErrorRecord]::new([Exception]::new('not today'), 'x', 'NotSpecified', $null)) }")]
    public void An_initialization_script_that_fails_is_told_and_nothing_listens(string script)
    {
        int port = Start("$free = Start-TcpChatServer; $free.Port; Stop-TcpChatServer $free");
        ErrorRecord error = _engine.Error($"Start-TcpChatServer {port} -InitializationScript {{ {script} }} -ScriptBlock {{ }}");
        Assert.StartsWith("HandlerNotReady", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal(port, Start($"$again = Start-TcpChatServer {port}; $again.Port"));
    }

    [Fact]
    public void An_initialization_script_that_never_ends_is_stopped_by_ctrl_c()
    {
        using ManualResetEventSlim begun = new();
        AppDomain.CurrentDomain.SetData("TcpChatInitialization", begun);
        using RunningScript starting = _engine.Begin(
            """
            Start-TcpChatServer -ScriptBlock { } -InitializationScript {
                [runspace]::DefaultRunspace.Name = 'TcpChatNeverReady'
                [AppDomain]::CurrentDomain.GetData('TcpChatInitialization').Set()
                while ($true) { }
            }
            """);
        Assert.True(begun.Wait(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));
        Assert.InRange(starting.Stop(), TimeSpan.Zero, TimeSpan.FromSeconds(2));
        HandlerCount.AwaitNoneOf("TcpChatNeverReady");
    }

    [Fact]
    public void A_port_in_use_leaves_no_worker_behind()
    {
        int port = Start("$server = Start-TcpChatServer; $server.Port");
        ErrorRecord error = _engine.Error($"Start-TcpChatServer {port} -InitializationScript {{ [runspace]::DefaultRunspace.Name = 'TcpChatPortInUse' }} -OnMessage {{ $_ }}");
        Assert.StartsWith("PortInUse", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        HandlerCount.AwaitNoneOf("TcpChatPortInUse");
    }

    [Fact]
    public void One_conversation_sends_to_another()
    {
        int port = Start(
            """
            $server = Start-TcpChatServer -ScriptBlock {
                param($Session)
                Receive-TcpMessage $Session -Follow | ForEach-Object { $text = $_.Text; $Server.Sessions | ForEach-Object { Send-TcpMessage $text $_ } }
            }
            $server.Port
            """);
        using Caller first = new(port);
        using Caller second = new(port);
        _engine.Run("$null = Wait-TcpChatSession -Server $server -Count 2");
        first.Say("to all\n");
        Assert.Equal("to all", second.Hear());
        Assert.Equal("to all", first.Hear());
    }

    [Fact]
    public void What_a_conversation_has_connected_to_is_closed_with_it()
    {
        int port = Start(
            """
            $target = Start-TcpChatServer
            $server = Start-TcpChatServer -ScriptBlock { param($Session) $c = Connect-TcpChat 127.0.0.1 ($using:target).Port; Send-TcpMessage 'there' $c }
            $server.Port
            """);
        Caller.Ask(port, string.Empty);
        Assert.Equal("there|0|PeerClosed", _engine.Text(
            """
            (Receive-TcpMessage $target).Text
            $null = Wait-TcpChatSession -Server $target -Count 0
            $target.SessionCount
            "$($target.ChildJobs[0].Session.CloseReason)"
            """));
    }

    [Fact]
    public void What_a_stopped_conversation_has_connected_to_is_closed_too_and_its_servers_are_stopped()
    {
        using Caller caller = new(Start(
            """
            $target = Start-TcpChatServer
            $server = Start-TcpChatServer -ScriptBlock {
                $inner = Start-TcpChatServer -Name 'inner of a handler'; $c = Connect-TcpChat 127.0.0.1 ($using:target).Port; 'begun'; while ($true) { }
            }
            $server.Port
            """));
        Assert.Equal("begun|0|True", _engine.Text(
            """
            $null = Wait-TcpChatSession -Server $server
            $child = $server.ChildJobs[0]
            while (-not $child.HasMoreData) { }
            Receive-Job $child
            Stop-Job $child
            $null = Wait-TcpChatSession -Server $target -Count 0
            $target.SessionCount
            while (Get-TcpChatServer | Where-Object Name -eq 'inner of a handler') { }
            $true
            """));
    }

    [Fact]
    public void What_the_initialization_script_has_connected_to_stays()
    {
        int port = Start(
            """
            $target = Start-TcpChatServer -Echo
            $global:handlerTarget = $target
            $env:TCPCHAT_TEST_PORT = $target.Port
            $server = Start-TcpChatServer -ThrottleLimit 1 -InitializationScript { $link = Connect-TcpChat 127.0.0.1 $env:TCPCHAT_TEST_PORT } -ScriptBlock {
                param($Session) Send-TcpMessage 'x' $link; Send-TcpMessage (Receive-TcpMessage $link).Text $Session
            }
            $server.Port
            """);
        Assert.Equal("x\n", Caller.Ask(port, string.Empty));
        Assert.Equal("x\n", Caller.Ask(port, string.Empty));
        Assert.Equal("1", _engine.Text("$target.Accepted"));
    }

    [Fact]
    public void The_next_of_an_iterative_server_is_accepted_when_the_handler_has_ended()
    {
        using ManualResetEventSlim gate = new();
        int port = Start("param($Gate) $server = Start-TcpChatServer -Model Iterative -ScriptBlock { param($Session) Send-TcpMessage 'served' $Session; Disconnect-TcpChat $Session; $null = ($using:Gate).Wait(20000) }; $server.Port", gate);
        using Caller first = new(port);
        using Caller second = new(port);
        Assert.Equal("served", first.Hear());
        Assert.Equal(string.Empty, first.End());
        Assert.Equal("1", _engine.Text("$server.Accepted"));
        gate.Set();
        Assert.Equal("served", second.Hear());
        Assert.Equal("2", _engine.Text("$server.Accepted"));
    }

    [Fact]
    public void An_iterative_server_answers_messages_one_client_after_the_other()
    {
        int port = Start("$server = Start-TcpChatServer -Model Iterative -OnMessage { $_.Text.ToUpper() }; $server.Port");
        using Caller first = new(port);
        using Caller second = new(port);
        second.Say("b\n");
        first.Say("a\n");
        Assert.Equal("A", first.Hear());
        Assert.Equal("1", _engine.Text("$server.Accepted"));
        first.End();
        Assert.Equal("B\n", second.End());
    }

    private int Start(string script, params object?[] arguments) => _engine.Get<int>(script, arguments);
}
