using System.Management.Automation;
using System.Net;
using TcpChat.TestPeer;

namespace TcpChat.PowerShell.Tests.Jobs;

public sealed class ServerJobTests : IDisposable
{
    private readonly Engine _engine = new();

    public void Dispose() => _engine.Dispose();

    [Fact]
    public void A_server_is_a_job_with_a_child_for_each_connection()
    {
        string seen = _engine.Text(
            """
            $server = Start-TcpChatServer -Name alpha
            $clients = 1..2 | ForEach-Object { Connect-TcpChat -Port $server.Port }
            $null = Wait-TcpChatSession -Server $server -Count 2
            $job = Get-Job -Name al*
            $children = Get-Job -IncludeChildJob | Where-Object PSJobTypeName -eq TcpChatSession
            [object]::ReferenceEquals($job, $server), $job.PSJobTypeName, $job.State, $children.Count, "$($children.State)"
            """);
        Assert.Equal("True|TcpChatServer|Running|2|Running Running", seen);
    }

    [Fact]
    public void A_message_is_had_once_whoever_takes_it()
    {
        string heard = _engine.Text(
            """
            $server = Start-TcpChatServer
            $client = Connect-TcpChat -Port $server.Port
            'a', 'b', 'c', 'd' | Send-TcpMessage -Session $client
            $null = Wait-TcpChatSession -Server $server
            Receive-TcpMessage $server | ForEach-Object Text
            while ($server.Sessions[0].InboxLength -lt 3) { }
            '-'
            Receive-Job $server -Keep | ForEach-Object Text
            '-'
            Receive-TcpMessage $server.Sessions[0] | ForEach-Object Text
            '-'
            "$($server.HasMoreData)"
            Receive-Job $server | ForEach-Object Text
            '-'
            "$($server.HasMoreData)"
            Receive-Job $server
            """);
        Assert.Equal("a|-|b|c|d|-|b|-|True|c|d|-|False", heard);
    }

    [Fact]
    public void Receive_job_wait_follows_sessions_that_come_after_it_began()
    {
        _engine.Run("$server = Start-TcpChatServer; $early = Connect-TcpChat -Port $server.Port; $null = Wait-TcpChatSession -Server $server");
        object server = _engine.Get<Job>("$server");
        using RunningScript following = Engine.BeginElsewhere("param($Job) 'begun'; Receive-Job -Job $Job -Wait", server);
        following.Next();
        _engine.Run(
            """
            Send-TcpMessage 'early' $early
            $late = Connect-TcpChat -Port $server.Port
            1..200 | Send-TcpMessage -Session $late
            """);
        following.Wait(201);
        _engine.Run("Stop-TcpChatServer $server");
        (IReadOnlyList<PSObject> output, IReadOnlyList<ErrorRecord> errors) = following.End(TimeSpan.FromSeconds(20));
        Assert.Empty(errors);
        List<string> heard = [.. output.Select(static o => o.ToString()).Where(static t => t is not "begun")];
        Assert.Contains("early", heard);
        heard.Remove("early");
        Assert.Equal(Enumerable.Range(1, 200).Select(static i => i.ToString(System.Globalization.CultureInfo.InvariantCulture)), heard);
    }

    [Fact]
    public void Receive_job_wait_on_one_child_gives_its_messages_only()
    {
        _engine.Run(
            """
            $server = Start-TcpChatServer
            $a = Connect-TcpChat -Port $server.Port
            $null = Wait-TcpChatSession -Server $server -Count 1
            $child = $server.ChildJobs[0]
            $b = Connect-TcpChat -Port $server.Port
            $null = Wait-TcpChatSession -Server $server -Count 2
            """);
        object child = _engine.Get<Job>("$child");
        using RunningScript following = Engine.BeginElsewhere("param($Job) 'begun'; Receive-Job -Job $Job -Wait", child);
        following.Next();
        _engine.Run("Send-TcpMessage 'other' $b; 1..50 | Send-TcpMessage -Session $a; Disconnect-TcpChat $a");
        (IReadOnlyList<PSObject> output, _) = following.End(TimeSpan.FromSeconds(20));
        Assert.Equal(50, output.Count(static o => o.ToString() is not "begun"));
        Assert.Equal("other", _engine.Text("Receive-TcpMessage $server | ForEach-Object Text"));
    }

    [Fact]
    public void Receive_job_wait_autoremove_removes_the_job_when_the_server_stops()
    {
        using RunningScript following = Engine.BeginElsewhere(
            """
            $server = Start-TcpChatServer
            $client = Connect-TcpChat -Port $server.Port
            $server
            Receive-Job -Job $server -Wait -AutoRemoveJob | ForEach-Object Text
            "left: $(@(Get-Job).Count)"
            """);
        PSObject server = following.Next();
        _engine.Run("param($Server) Send-TcpMessage 'hi' (Connect-TcpChat -Port $Server.Port)", server);
        Assert.Equal("hi", following.Next().ToString());
        _engine.Run("param($Server) Stop-TcpChatServer -Server $Server", server);
        Assert.Equal("left: 0", following.Next().ToString());
        Assert.Equal(string.Empty, _engine.Text("param($Id) Get-TcpChatServer | Where-Object Id -eq $Id", ((Job)server.BaseObject).Id));
    }

    [Fact]
    public void A_child_ends_as_its_session_did()
    {
        string states = _engine.Text(
            """
            $server = Start-TcpChatServer -MaximumMessageSize 10
            $clients = 1..4 | ForEach-Object { Connect-TcpChat 127.0.0.1 $server.Port }
            $sessions = Wait-TcpChatSession -Server $server -Count 4
            $jobs = foreach ($client in $clients) { $server.ChildJobs | Where-Object { $_.Session.RemoteEndPoint.Port -eq $client.LocalEndPoint.Port } }
            Disconnect-TcpChat $clients[0]
            Disconnect-TcpChat $clients[1] -Force
            Disconnect-TcpChat $jobs[2].Session
            Send-TcpMessage 'far more than ten bytes' $clients[3]
            $null = $sessions | Wait-TcpChatSession
            $null = Wait-Job $jobs -Timeout 10
            $jobs | ForEach-Object { "$($_.State) $($_.Session.CloseReason)" }
            """);
        Assert.Equal("Completed PeerClosed|Failed PeerReset|Stopped LocalClosed|Failed MessageTooLarge", states);
    }

    [Theory]
    [InlineData("Stop-TcpChatServer $server -TimeoutSec 1")]
    [InlineData("Stop-Job $server")]
    [InlineData("Stop-Job $server.ChildJobs[0]; Stop-Job $server")]
    [InlineData("Remove-Job $server -Force")]
    public async Task Stopping_returns_with_peers_that_never_read_or_have_vanished(string stop)
    {
        int port = _engine.Get<int>("$server = Start-TcpChatServer -Backlog 7; $server.Port");
        IPEndPoint endPoint = new(IPAddress.Loopback, port);
        await using PeerConnection neverReads = await Peer.ConnectAsync(endPoint, "never-reads", cancellationToken: TestContext.Current.CancellationToken);
        await using PeerConnection vanished = await Peer.ConnectAsync(endPoint, "half-open", cancellationToken: TestContext.Current.CancellationToken);
        await vanished.WaitForHoldAsync(TestContext.Current.CancellationToken);
        string state = _engine.Text(
            $$"""
            $null = Wait-TcpChatSession -Server $server -Count 2
            # More than any kernel buffer takes, so that the outboxes cannot be emptied.
            $null = Send-TcpMessage ([byte[]]::new(32MB)) $server.Sessions
            {{stop}}
            "$($server.JobStateInfo.State) $($server.SessionCount)"
            # The port can be bound again at once.
            $again = Start-TcpChatServer $server.Port
            "$($again.JobStateInfo.State)"
            """);
        Assert.Equal("Stopped 0|Running", state);
    }

    [Fact]
    public void Connections_come_and_go_while_the_jobs_are_looked_at()
    {
        using RunningScript churn = Engine.BeginElsewhere(
            """
            param($Port)
            foreach ($round in 1..100) {
                $client = Connect-TcpChat 127.0.0.1 $Port
                Send-TcpMessage "round $round" $client
                Disconnect-TcpChat $client
            }
            """,
            _engine.Get<int>("$server = Start-TcpChatServer -HalfCloseTimeoutSec 0; $server.Port"));
        List<string> heard = [];
        while (heard.Count < 100)
        {
            heard.AddRange(_engine.Run("$null = Get-Job -IncludeChildJob; $server.ChildJobs.State | Out-Null; Receive-Job $server | ForEach-Object Text").Select(static o => o.ToString()));
        }

        churn.End(TimeSpan.FromSeconds(20));
        Assert.Equal(Enumerable.Range(1, 100).Select(static i => $"round {i}"), heard);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(124, 5)]
    public void Copying_the_child_jobs_gives_as_many_as_were_counted_whatever_came_or_went_since(int before, int since)
    {
        const string Visits =
            """
            param($Total)
            foreach ($visit in ($server.Accepted + 1)..$Total) { Connect-TcpChat -Port $server.Port | Disconnect-TcpChat }
            while ($server.Accepted -lt $Total) { }
            $null = Wait-TcpChatSession -Server $server -Count 0
            """;
        IList<Job> children = _engine.Get<Job>("$server = Start-TcpChatServer -HalfCloseTimeoutSec 0; $server").ChildJobs;
        _engine.Run(Visits, before);

        // The engine makes room for as many as it counts, and then copies. Above 125 ended sessions the oldest are given up.
        Job[] counted = new Job[children.Count];
        _engine.Run(Visits, before + since);
        children.CopyTo(counted, 0);
        Assert.All(counted, Assert.NotNull);
        Assert.NotEqual(counted.Length, children.Count);
    }

    [Fact]
    public void When_stopping_has_returned_every_child_has_its_last_state()
    {
        string states = _engine.Text(
            """
            foreach ($round in 1..20) {
                $server = Start-TcpChatServer
                $client = Connect-TcpChat -Port $server.Port
                $null = Wait-TcpChatSession -Server $server
                $child = $server.ChildJobs[0]
                Stop-Job $server
                "$($child.State)"
                Remove-Job $server
            }
            """);
        Assert.Equal(string.Join("|", Enumerable.Repeat("Stopped", 20)), states);
    }

    [Fact]
    public void A_running_job_is_not_removed_without_force()
    {
        ErrorRecord error = _engine.Error("$server = Start-TcpChatServer; Remove-Job $server");
        Assert.Equal(ErrorCategory.InvalidOperation, error.CategoryInfo.Category);
    }

    [Fact]
    public void Suspending_says_that_it_is_not_supported_and_ends()
    {
        Job2 job = _engine.Get<Job2>("Start-TcpChatServer");
        Exception? told = null;
        job.SuspendJobCompleted += (_, e) => told = e.Error;
        job.SuspendJobAsync();
        Assert.IsType<PSNotSupportedException>(told);
        Assert.Throws<PSNotSupportedException>(job.SuspendJob);
        Assert.Equal(JobState.Running, job.JobStateInfo.State);
    }
}
