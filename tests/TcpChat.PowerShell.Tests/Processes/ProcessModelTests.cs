using System.Diagnostics;
using TcpChat.PowerShell.Tests.ForeignPeers;

namespace TcpChat.PowerShell.Tests.Processes;

/// <summary>Each connection in a process of its own, seen from the outside and with real processes.</summary>
public sealed class ProcessModelTests
{
    [Fact]
    public async Task Each_of_three_clients_talks_to_a_process_of_its_own()
    {
        using ProcessScript server = new("""
            $server = Start-TcpChatServer -Model Process -ThrottleLimit 3 -Greeting welcome -ScriptBlock {
                param($Session)
                while ($message = $Session.Receive(20)) { $Session.Send("$PID heard $message") }
            }
            Say $server.Port
            WaitUntil { $server.ChildJobs.Count -eq 3 }
            Say ($server.ChildJobs.ProcessId -join ' ')
            WaitUntil { $server.SessionCount -eq 0 }
            Say (($server.ChildJobs | ForEach-Object { "$($_.State) $($_.Session.CloseReason) $($_.MessagesReceived) $($_.MessagesSent)" }) -join ', ')
            Stop-TcpChatServer $server
            Say "left: $(ChildProcesses)"
            """);
        string port = await server.ReadLineAsync();
        using ForeignProgram first = ForeignProgram.Start("ncat", "127.0.0.1", port);
        using ForeignProgram second = ForeignProgram.Start("ncat", "127.0.0.1", port);
        using ForeignProgram third = ForeignProgram.Start("ncat", "127.0.0.1", port);
        List<string> processes = [];
        foreach (ForeignProgram client in (ForeignProgram[])[first, second, third])
        {
            Assert.Equal("welcome", await client.ReadLineAsync());
            client.Write("hello\n");
            string[] answer = (await client.ReadLineAsync()).Split(' ', 2);
            Assert.Equal("heard hello", answer[1]);
            processes.Add(answer[0]);
        }

        Assert.Equal(3, processes.Distinct().Count());
        Assert.DoesNotContain($"{server.Host.Id}", processes);
        Assert.Equal(processes.Order(), (await server.ReadLineAsync()).Split(' ').Order());
        foreach (ForeignProgram client in (ForeignProgram[])[third, first, second])
        {
            client.EndInput();
            await client.WaitForExitAsync();
        }

        Assert.Equal("Completed PeerClosed 1 2, Completed PeerClosed 1 2, Completed PeerClosed 1 2", await server.ReadLineAsync());
        Assert.Equal(["left: "], await server.EndAsync());
    }

    [Fact]
    public async Task What_a_handler_writes_comes_to_its_job_in_order_and_with_what_it_was_given()
    {
        Assert.Equal(
            [
                "1 2 3 4 5",
                "one two 7 start-up True",
                "Process True",
                "warned told tag",
                "Failed HandlerFailed gone wrong",
                "gone wrong",
                "SessionInOtherProcess SessionInOtherProcess",
            ],
            await ProcessScript.RunAsync("""
                $outer = @{ Number = 7; Place = "$PWD" }
                $server = Start-TcpChatServer -Model Process -ThrottleLimit 1 -ArgumentList one, 'two' -InitializationScript { $prepared = 'start-up' } -ScriptBlock {
                    [CmdletBinding()] param($Session, $First, $Second)
                    1..5
                    "$First $Second $($using:outer.Number) $prepared $("$PWD" -eq $using:outer.Place)"
                    "$($Server.Model) $($Server.ProcessId -ne $PID)"
                    $PSCmdlet.WriteWarning('warned')
                    $PSCmdlet.WriteInformation('told', @('tag'))
                    $null = $Session.Receive(20)
                    throw 'gone wrong'
                }
                $client = Connect-TcpChat 127.0.0.1 $server.Port
                WaitUntil { $server.ChildJobs.Count -eq 1 }
                $job = $server.ChildJobs[0]
                WaitUntil { $job.Information.Count }
                $records = "$($job.Warning[0]) $($job.Information[0]) $($job.Information[0].Tags)"
                $seen = @(Receive-Job $job 3>$null 6>$null)
                Say ($seen[0..4] -join ' '); Say $seen[5]; Say $seen[6]; Say $records
                $refused = try { $job.Session.Send('here') } catch { $_.Exception.InnerException.Code }
                $refused = "$refused $(try { Receive-TcpMessage $server -ErrorAction Stop } catch { $_.Exception.Code })"
                $client.Send('go on')
                WaitUntil { $job.State -eq 'Failed' }
                Say "$($job.State) $($job.Session.CloseReason) $($job.Session.Error.Message)"
                Say $job.Error[0]
                Say $refused
                Stop-TcpChatServer $server
                """));
    }

    [Fact]
    public async Task A_process_that_is_killed_or_exits_ends_its_own_session_and_is_reported()
    {
        string[] lines = await ProcessScript.RunAsync("""
            $server = Start-TcpChatServer -Model Process -ThrottleLimit 4 -ScriptBlock {
                param($Session)
                while ($message = $Session.Receive(20)) {
                    switch ($message.Text) {
                        'exit' { exit 3 }
                        'leave' { [Console]::Error.WriteLine('I am leaving'); [Environment]::Exit(3) }
                    }
                    $Session.Send("still here")
                }
            }
            $clients = foreach ($i in 1..4) { Connect-TcpChat 127.0.0.1 $server.Port }
            WaitUntil { $server.SessionCount -eq 4 }
            function JobOf($Client) { foreach ($job in $server.ChildJobs) { if ("$($job.Location)" -eq "$($Client.LocalEndPoint)") { return $job } } }
            $jobs = foreach ($client in $clients) { JobOf $client }
            [Diagnostics.Process]::GetProcessById($jobs[0].ProcessId).Kill()
            $clients[1].Send('leave')
            $clients[2].Send('exit')
            WaitUntil { $server.SessionCount -eq 1 }
            foreach ($job in $jobs[0..2]) {
                WaitUntil { $job.State -ne 'Running' }
                Say "$($job.State) $($job.Session.CloseReason) $("$($job.JobStateInfo.Reason.Message)".Replace("$($job.ProcessId)", 'PID'))"
            }
            $clients[3].Send('?'); Say $clients[3].Receive(10).Text
            Stop-TcpChatServer $server
            Say "left: $(ChildProcesses)"
            """);
        Assert.Equal(
            [
                "Failed HandlerFailed The process PID, which held the session, ended by the signal 9 (exit code 137), and wrote nothing to its standard error.",
                "Failed HandlerFailed The process PID, which held the session, ended with the exit code 3. Its standard error ended with: I am leaving",
                "Completed LocalClosed ",
                "still here",
                "left: ",
            ],
            lines);
    }

    [Fact]
    public async Task A_handler_in_an_endless_loop_is_stopped_with_its_job_and_with_its_server()
    {
        string[] lines = await ProcessScript.RunAsync("""
            $server = Start-TcpChatServer -Model Process -ThrottleLimit 2 -ScriptBlock { while ($true) { } }
            $clients = foreach ($i in 1..2) { Connect-TcpChat 127.0.0.1 $server.Port }
            WaitUntil { $server.SessionCount -eq 2 }
            $job = $server.ChildJobs[0]
            $process = $job.ProcessId
            $time = [Diagnostics.Stopwatch]::StartNew()
            Stop-Job $job
            Say "$($job.State) $($job.Session.CloseReason) $([IO.Directory]::Exists("/proc/$process")) $($time.Elapsed.TotalSeconds -lt 8) $($server.SessionCount)"
            $time.Restart()
            Stop-TcpChatServer $server -TimeoutSec 1
            Say "$($server.ChildJobs[1].State) $($time.Elapsed.TotalSeconds -lt 8) left: $(ChildProcesses)"
            """);
        Assert.Equal(["Stopped LocalClosed False True 1", "Stopped True left: "], lines);
    }

    [Fact]
    public async Task When_the_server_is_killed_its_processes_go()
    {
        using ProcessScript server = new("""
            $server = Start-TcpChatServer -Model Process -ThrottleLimit 2 -ScriptBlock { while ($true) { } }
            $client = Connect-TcpChat 127.0.0.1 $server.Port
            WaitUntil { $server.SessionCount -eq 1 -and @(ChildProcesses).Count -eq 2 }
            Say ((ChildProcesses) -join ' ')
            [Threading.Thread]::Sleep(20000)
            """);
        int[] processes = [.. (await server.ReadLineAsync()).Split(' ').Select(int.Parse)];
        Assert.Equal(2, processes.Length);
        server.Host.Kill();
        foreach (int id in processes)
        {
            await WaitForExitAsync(id);
        }
    }

    [Fact]
    public async Task Many_conversations_are_all_held_by_no_more_processes_than_allowed()
    {
        string[] lines = await ProcessScript.RunAsync("""
            $server = Start-TcpChatServer -Model Process -ThrottleLimit 3 -ScriptBlock { param($Session) $Session.Send("answer to $($Session.Receive(20))") }
            $clients = foreach ($i in 1..6) { $client = Connect-TcpChat 127.0.0.1 $server.Port; $client.Send("$i"); $client }
            $most = 0
            $answers = foreach ($client in $clients) {
                WaitUntil { $script:most = [Math]::Max($most, @(ChildProcesses).Count); $client.InboxLength }
                $client.Receive(0).Text
                $client | Disconnect-TcpChat
            }
            Say ($answers -join ' ')
            Say $most
            WaitUntil { $server.SessionCount -eq 0 }
            Say "$($server.Accepted) $(@($server.ChildJobs | Where-Object State -ne Completed).Count)"
            Stop-TcpChatServer $server
            Say "left: $(ChildProcesses)"
            """);
        Assert.Equal(string.Join(' ', Enumerable.Range(1, 6).Select(static i => $"answer to {i}")), lines[0]);
        Assert.InRange(int.Parse(lines[1], null), 1, 3);
        Assert.Equal(["6 0", "left: "], lines[2..]);
    }

    [Fact]
    public async Task What_keeps_the_first_process_from_getting_ready_fails_the_start_and_leaves_nothing()
    {
        string[] lines = await ProcessScript.RunAsync("""
            try { Start-TcpChatServer -Model Process -InitializationScript { throw 'not today' } -OnMessage { } } catch { Say "$($_.FullyQualifiedErrorId) $_" }
            Say "left: $(ChildProcesses) $(Get-TcpChatServer)"
            try { Start-TcpChatServer -Model Process } catch { Say $_.FullyQualifiedErrorId }
            """);
        Assert.Equal(
            [
                "HandlerProcessFailed,TcpChat.Commands.StartTcpChatServerCommand A process for handlers could not get ready: not today",
                "left:  ",
                "HandlerMissing,TcpChat.Commands.StartTcpChatServerCommand",
            ],
            lines);
    }

    [Fact]
    public async Task Processes_end_with_the_module_and_with_the_program()
    {
        using ProcessScript server = new("""
            $server = Start-TcpChatServer -Model Process -Echo
            $client = Connect-TcpChat 127.0.0.1 $server.Port
            $client.Send('hello'); Say $client.Receive(10).Text
            Remove-Module TcpChat
            Say "left: $(ChildProcesses)"
            Import-Module TcpChat
            $server = Start-TcpChatServer -Model Process -Echo
            Say (ChildProcesses)
            """);
        Assert.Equal("hello", await server.ReadLineAsync());
        Assert.Equal("left: ", await server.ReadLineAsync());
        int spare = int.Parse(await server.ReadLineAsync(), null);
        await server.EndAsync();
        await WaitForExitAsync(spare);
    }

    private static async Task WaitForExitAsync(int id)
    {
        try
        {
            using Process process = Process.GetProcessById(id);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(10));
        }
        catch (ArgumentException)
        {
            // Gone already.
        }
    }
}
