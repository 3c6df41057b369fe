[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'A test sees the variables of its BeforeEach.')]
param()

BeforeAll {
    . $PSScriptRoot/common.ps1

    # What a shell has put out, without the thread that Start-Shell puts out first.
    function Get-Text {
        param($Run)
        @($Run.Output | Select-Object -Skip 1 | ForEach-Object Text)
    }
}

Describe 'A server in the job list' {
    BeforeEach {
        $talk = New-Conversation @{ Name = 'the server' }
        $server = $talk.Server
    }

    AfterEach {
        Clear-TcpChat
    }

    It 'is found by Get-Job' {
        Get-Job -Name 'the server' | Should -Be $server
        Get-Job 'the*' | Should -Be $server
        Get-Job -Id $server.Id | Should -Be $server
        $server.PSJobTypeName | Should -Be 'TcpChatServer'
        $server.State | Should -Be 'Running'
        $server.Location | Should -Be "$($server.LocalEndPoint)"
        $server.StatusMessage | Should -Match '1 session'
    }

    It 'has a child job for each connection' {
        $second = Connect-TcpChat 127.0.0.1 $server.Port
        $null = Wait-TcpChatSession -Server $server -Count 2 -TimeoutSec 10
        $children = Get-Job -Id $server.Id -IncludeChildJob | Where-Object PSJobTypeName -EQ 'TcpChatSession'
        $children | Should -HaveCount 2
        $children.Session.Id | Should -Be $server.Sessions.Id
        $children.Location | Should -Be "$($talk.Client.LocalEndPoint)", "$($second.LocalEndPoint)"
        $children.State | Should -Be 'Running', 'Running'
    }

    It 'gives the same child job every time' {
        $first = $server.ChildJobs[0]
        $null = Connect-TcpChat 127.0.0.1 $server.Port
        $null = Wait-TcpChatSession -Server $server -Count 2 -TimeoutSec 10
        $server.ChildJobs[0] | Should -Be $first
        $server.ChildJobs[0].Id | Should -Be $first.Id
    }

    It 'shows how a session ended in the state of its child job: <State>, <Reason>' -ForEach @(
        @{ State = 'Completed'; Reason = 'PeerClosed'; End = { Disconnect-TcpChat $talk.Client } }
        @{ State = 'Failed'; Reason = 'PeerReset'; End = { Disconnect-TcpChat $talk.Client -Force } }
        @{ State = 'Stopped'; Reason = 'LocalClosed'; End = { Disconnect-TcpChat $talk.Remote } }
        @{ State = 'Stopped'; Reason = 'LocalClosed'; End = { Stop-Job $child } }
        @{ State = 'Stopped'; Reason = 'ServerStopped'; End = { Stop-TcpChatServer $server } }
    ) {
        $child = $server.ChildJobs[0]
        & $End
        $null = Wait-Job $child -Timeout 10
        $child.State | Should -Be $State
        $child.Session.CloseReason | Should -Be $Reason
        $child.StatusMessage | Should -Match $Reason
        $child.PSEndTime | Should -Not -BeNullOrEmpty
    }

    It 'shows the state of a session that had ended before anybody looked' {
        Disconnect-TcpChat $talk.Client
        $null = Wait-TcpChatSession $talk.Remote -TimeoutSec 10
        $server.ChildJobs[0].State | Should -Be 'Completed'
    }

    It 'gives the reason of a failed child as an error of Receive-Job' {
        $child = $server.ChildJobs[0]
        Disconnect-TcpChat $talk.Client -Force
        $null = Wait-Job $child -Timeout 10
        Receive-Job $child -ErrorVariable problems -ErrorAction SilentlyContinue
        $problems | Should -HaveCount 1
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'JobStateFailed*'
    }

    It 'can neither be suspended nor resumed, and says so' {
        { $server.SuspendJob() } | Should -Throw '*can be stopped, but not suspended*'
        $server.State | Should -Be 'Running'
    }
}

Describe 'Receive-Job' {
    BeforeEach {
        $talk = New-Conversation
        $server = $talk.Server
        $client = $talk.Client
    }

    AfterEach {
        Clear-TcpChat
    }

    It 'takes messages once' {
        'a', 'b' | Send-TcpMessage -Session $client
        Wait-Until { $talk.Remote.InboxLength -eq 2 }
        $server.HasMoreData | Should -BeTrue
        (Receive-Job $server).Text | Should -Be 'a', 'b'
        Receive-Job $server | Should -BeNullOrEmpty
        $server.HasMoreData | Should -BeFalse
        Receive-TcpMessage $server -TimeoutSec 0 | Should -BeNullOrEmpty
    }

    It 'takes the messages of all sessions, each once' {
        $second = Connect-TcpChat 127.0.0.1 $server.Port
        'a' | Send-TcpMessage -Session $client
        'b' | Send-TcpMessage -Session $second
        Wait-Until { $server.MessagesReceived -eq 2 }
        (Receive-Job $server).Text | Sort-Object | Should -Be 'a', 'b'
        Receive-Job $server | Should -BeNullOrEmpty
    }

    It 'only looks with -Keep' {
        'a', 'b' | Send-TcpMessage -Session $client
        Wait-Until { $talk.Remote.InboxLength -eq 2 }
        (Receive-Job $server -Keep).Text | Should -Be 'a', 'b'
        (Receive-Job $server -Keep).Text | Should -Be 'a', 'b'
        (Receive-TcpMessage $server -TimeoutSec 0).Text | Should -Be 'a', 'b'
        Receive-Job $server -Keep | Should -BeNullOrEmpty
    }

    It 'takes the messages of one child only' {
        $second = Connect-TcpChat 127.0.0.1 $server.Port
        $null = Wait-TcpChatSession -Server $server -Count 2 -TimeoutSec 10
        'a' | Send-TcpMessage -Session $client
        'b' | Send-TcpMessage -Session $second
        Wait-Until { $server.MessagesReceived -eq 2 }
        (Receive-Job $server.ChildJobs[1]).Text | Should -Be 'b'
        (Receive-Job $server).Text | Should -Be 'a'
    }

    It 'gives what is left after the server has stopped' {
        'unread' | Send-TcpMessage -Session $client
        Wait-Until { $server.HasMoreData }
        Stop-Job $server
        (Receive-Job $server).Text | Should -Be 'unread'
    }

    It 'and Receive-TcpMessage never both give the same message' {
        $limit = [System.Threading.CancellationTokenSource]::new([timespan]::FromSeconds(15))
        $takers = 'Receive-Job $server', 'Receive-TcpMessage $server -TimeoutSec 0', 'Receive-TcpMessage $remote -TimeoutSec 0' | ForEach-Object {
            "while (`$total.Count -lt 1000 -and -not `$limit.IsCancellationRequested) { foreach (`$message in $_) { `$total.Add(`$message.Text); `$message.Text } }"
        }
        $total = [System.Collections.Concurrent.ConcurrentBag[string]]::new()
        $parameter = @{ server = $server; remote = $talk.Remote; total = $total; limit = $limit }
        $runs = $takers | ForEach-Object { Start-Shell ([scriptblock]::Create($_)) $parameter }
        1..1000 | Send-TcpMessage -Session $client
        $taken = $runs | ForEach-Object { Receive-Shell $_ -TimeoutSec 20 }
        $limit.Dispose()
        $taken | Should -HaveCount 1000
        $taken | Sort-Object -Unique | Should -HaveCount 1000
    }

    It 'survives connections that come and go while it enumerates' {
        $limit = [System.Threading.CancellationTokenSource]::new([timespan]::FromSeconds(20))
        $run = Start-Shell {
            while (-not $limit.IsCancellationRequested) {
                Receive-Job $server
                $null = $server.ChildJobs | ForEach-Object { $_.State }
            }

            Receive-Job $server
        } @{ server = $server; limit = $limit }
        foreach ($round in 1..30) {
            $session = Connect-TcpChat 127.0.0.1 $server.Port
            "round $round" | Send-TcpMessage -Session $session
            Disconnect-TcpChat $session
        }

        Wait-Until { $server.MessagesReceived -eq 30 -and $server.SessionCount -eq 1 }
        $limit.Cancel()
        $got = @(Receive-Shell $run)
        $run.Shell.Streams.Error | Should -BeNullOrEmpty
        $got.Text | Sort-Object | Should -Be (1..30 | ForEach-Object { "round $_" } | Sort-Object)
    }
}

Describe 'Receive-Job -Wait' {
    BeforeEach {
        $server = Start-TcpChatServer
    }

    AfterEach {
        Clear-TcpChat
    }

    It 'streams the messages of sessions that connect after it began, in order, none twice, until the server stops' {
        $run = Start-Shell { Receive-Job $server -Wait } @{ server = $server }
        Wait-Blocked $run
        $sessions = 1..3 | ForEach-Object { Connect-TcpChat 127.0.0.1 $server.Port }
        foreach ($number in 1..20) {
            foreach ($index in 0..2) {
                "$index $number" | Send-TcpMessage -Session $sessions[$index]
            }
        }

        Wait-Until { $run.Output.Count -eq 61 } 'all messages have come'
        $run.Result.IsCompleted | Should -BeFalse
        Stop-TcpChatServer $server
        $null = Receive-Shell $run
        $run.Shell.Streams.Error | Should -BeNullOrEmpty
        $texts = Get-Text $run
        foreach ($index in 0..2) {
            $texts -like "$index *" | Should -Be (1..20 | ForEach-Object { "$index $_" })
        }
    }

    It 'gives what waited before it began, and what comes later, in order' {
        $client = Connect-TcpChat 127.0.0.1 $server.Port
        1..3 | Send-TcpMessage -Session $client
        Wait-Until { $server.MessagesReceived -eq 3 }
        $run = Start-Shell { Receive-Job $server -Wait } @{ server = $server }
        Wait-Until { $run.Output.Count -eq 4 }
        4..6 | Send-TcpMessage -Session $client
        Wait-Until { $run.Output.Count -eq 7 }
        Get-Text $run | Should -Be (1..6 | ForEach-Object { "$_" })
    }

    It 'gives a message that came just before the server stopped' {
        $client = Connect-TcpChat 127.0.0.1 $server.Port
        $run = Start-Shell { Receive-Job $server -Wait } @{ server = $server }
        Wait-Blocked $run
        'the last' | Send-TcpMessage -Session $client
        Wait-Until { $server.MessagesReceived -eq 1 }
        Stop-Job $server
        (Receive-Shell $run).Text | Should -Be 'the last'
    }

    It 'keeps each message once when another one takes messages too' {
        $client = Connect-TcpChat 127.0.0.1 $server.Port
        $run = Start-Shell { Receive-Job $server -Wait } @{ server = $server }
        Wait-Blocked $run
        $taken = foreach ($number in 1..200) {
            "$number" | Send-TcpMessage -Session $client
            Receive-TcpMessage $server -TimeoutSec 0 | ForEach-Object Text
        }

        Wait-Until { $server.MessagesReceived -eq 200 -and -not $server.HasMoreData }
        Stop-TcpChatServer $server
        $null = Receive-Shell $run
        @($taken) + (Get-Text $run) | Where-Object { $_ } | Sort-Object { [int]$_ } | Should -Be (1..200 | ForEach-Object { "$_" })
    }

    It 'removes the job with -AutoRemoveJob' {
        $null = Connect-TcpChat 127.0.0.1 $server.Port
        $null = Wait-TcpChatSession -Server $server -TimeoutSec 10
        $run = Start-Shell { Receive-Job $server -Wait -AutoRemoveJob } @{ server = $server }
        Wait-Blocked $run
        Stop-TcpChatServer $server
        $null = Receive-Shell $run
        Get-TcpChatServer | Should -BeNullOrEmpty
    }

    It 'follows a single child until its session ends' {
        $client = Connect-TcpChat 127.0.0.1 $server.Port
        $other = Connect-TcpChat 127.0.0.1 $server.Port
        $null = Wait-TcpChatSession -Server $server -Count 2 -TimeoutSec 10
        $run = Start-Shell { Receive-Job $server.ChildJobs[0] -Wait } @{ server = $server }
        Wait-Blocked $run
        'a', 'b' | Send-TcpMessage -Session $client
        'for others' | Send-TcpMessage -Session $other
        Wait-Until { $run.Output.Count -eq 3 }
        Disconnect-TcpChat $client
        (Receive-Shell $run).Text | Should -Be 'a', 'b'
        (Receive-TcpMessage $server -TimeoutSec 10).Text | Should -Be 'for others'
    }

    It 'shows messages while they come, however slowly they are read' {
        $run = Start-Shell { Receive-Job $server -Wait | ForEach-Object { $_; $null = $slow.WaitOne(5000) } } @{
            server = $server; slow = ($gate = [System.Threading.Semaphore]::new(0, 100))
        }
        Wait-Blocked $run
        $client = Connect-TcpChat 127.0.0.1 $server.Port
        1..10 | Send-TcpMessage -Session $client
        Wait-Until { $run.Output.Count -eq 2 }
        # The server goes on meanwhile: others are not held up by the slow reader.
        $other = Connect-TcpChat 127.0.0.1 $server.Port
        'x' | Send-TcpMessage -Session $other
        Wait-Until { $server.MessagesReceived -eq 11 }
        $null = $gate.Release(50)
        Wait-Until { $run.Output.Count -eq 12 }
        Get-Text $run | Where-Object { $_ -ne 'x' } | Should -Be (1..10 | ForEach-Object { "$_" })
    }
}

Describe 'Wait-Job' {
    AfterEach {
        Clear-TcpChat
    }

    It 'gives up after -Timeout' {
        $server = Start-TcpChatServer
        Wait-Job $server -Timeout 1 | Should -BeNullOrEmpty
        $server.State | Should -Be 'Running'
    }

    It 'waits until Stop-Job' {
        $server = Start-TcpChatServer
        $run = Start-Shell { Wait-Job $server -Timeout 20 } @{ server = $server }
        Wait-Blocked $run
        Stop-Job $server
        (Receive-Shell $run).State | Should -Be 'Stopped'
    }

    It 'waits for a child until its session ends' {
        $talk = New-Conversation
        $run = Start-Shell { Wait-Job $child -Timeout 20 } @{ child = $talk.Server.ChildJobs[0] }
        Wait-Blocked $run
        Disconnect-TcpChat $talk.Client
        (Receive-Shell $run).State | Should -Be 'Completed'
    }
}

Describe 'Stop-Job and Remove-Job' {
    BeforeEach {
        $talk = New-Conversation
        $server = $talk.Server
    }

    AfterEach {
        Clear-TcpChat
    }

    It 'Stop-Job closes in order and frees the port' {
        'goodbye' | Send-TcpMessage -Session $talk.Remote
        Stop-Job $server
        $server.State | Should -Be 'Stopped'
        (Receive-TcpMessage $talk.Client -TimeoutSec 10).Text | Should -Be 'goodbye'
        (Start-TcpChatServer $server.Port).State | Should -Be 'Running'
    }

    It 'Stop-Job on a child closes that session only' {
        $second = Connect-TcpChat 127.0.0.1 $server.Port
        $null = Wait-TcpChatSession -Server $server -Count 2 -TimeoutSec 10
        Stop-Job $server.ChildJobs[0]
        (Wait-TcpChatSession $talk.Client -TimeoutSec 10).CloseReason | Should -Be 'PeerClosed'
        $server.State | Should -Be 'Running'
        $server.ChildJobs.State | Should -Be 'Stopped', 'Running'
        'still here' | Send-TcpMessage -Session $second
        (Receive-TcpMessage $server -TimeoutSec 10).Text | Should -Be 'still here'
    }

    It 'Remove-Job refuses a running server without -Force' {
        Remove-Job $server -ErrorVariable problems -ErrorAction SilentlyContinue
        $problems | Should -HaveCount 1
        $server.State | Should -Be 'Running'
        Get-TcpChatServer | Should -Be $server
        Connect-TcpChat 127.0.0.1 $server.Port | Should -Not -BeNullOrEmpty
    }

    It 'Remove-Job -Force stops and removes it' {
        Remove-Job $server -Force
        Get-Job -Id $server.Id -ErrorAction Ignore | Should -BeNullOrEmpty
        Get-TcpChatServer | Should -BeNullOrEmpty
        $null = Wait-TcpChatSession $talk.Client -TimeoutSec 10
        { Connect-TcpChat 127.0.0.1 $server.Port -ErrorAction Stop } | Should -Throw -ErrorId 'ConnectionRefused,*'
    }

    It 'Remove-Job removes a stopped server, which is gone from Get-TcpChatServer' {
        Stop-TcpChatServer $server
        Get-TcpChatServer | Should -Be $server
        Remove-Job $server
        Get-TcpChatServer | Should -BeNullOrEmpty
        Get-TcpChatSession -State Closed | Should -Not -Contain $talk.Remote
    }

    It '<Verb> returns in time where a peer is <Behavior>' -ForEach @(
        foreach ($behavior in 'silent', 'never-reads', 'half-open') {
            @{ Behavior = $behavior; Verb = 'Stop-Job'; End = { Stop-Job $server } }
            @{ Behavior = $behavior; Verb = 'Remove-Job -Force'; End = { Remove-Job $server -Force } }
        }
    ) {
        $peer = Start-TestPeer $Behavior -ConnectTo $server.Port
        if ($Behavior -eq 'half-open') {
            $null = Wait-TestPeer $peer 'holding*'
        }

        $null = Wait-TcpChatSession -Server $server -Count 2 -TimeoutSec 10
        # A little that waits to be sent, where the peer takes any.
        Send-TcpMessage 'hello' -Server $server -All
        $watch = [System.Diagnostics.Stopwatch]::StartNew()
        & $End
        $watch.ElapsedMilliseconds | Should -BeLessThan 3000
        $server.State | Should -Be 'Stopped'
        Wait-Until { @(Get-TcpChatSession -Server $server).Count -eq 0 }
    }

    It 'Stop-Job returns within its time where a peer does not read and the outbox is full' {
        $other = Start-TcpChatServer -OutboxByteLimit 20000000
        $null = Start-TestPeer never-reads -ConnectTo $other.Port
        $session = Wait-TcpChatSession -Server $other -TimeoutSec 10
        Send-TcpMessage ([byte[]]::new(16000000)) $session
        $watch = [System.Diagnostics.Stopwatch]::StartNew()
        Stop-Job $other
        $watch.ElapsedMilliseconds | Should -BeLessThan 8000
        $other.State | Should -Be 'Stopped'
    }

    It 'Stop-Job of several jobs, and of all' {
        $second = Start-TcpChatServer
        Get-Job | Where-Object PSJobTypeName -EQ TcpChatServer | Stop-Job
        $server.State, $second.State | Should -Be 'Stopped', 'Stopped'
    }

    It 'Stop-Job while Receive-Job -Wait streams' {
        $run = Start-Shell { Receive-Job $server -Wait } @{ server = $server }
        Wait-Blocked $run
        $watch = [System.Diagnostics.Stopwatch]::StartNew()
        Stop-Job $server
        $watch.ElapsedMilliseconds | Should -BeLessThan 3000
        $null = Receive-Shell $run
    }

    It 'the list of child jobs may be read while sessions close' {
        $limit = [System.Threading.CancellationTokenSource]::new([timespan]::FromSeconds(15))
        $run = Start-Shell {
            $looks = 0
            while (-not $limit.IsCancellationRequested) {
                foreach ($child in $server.ChildJobs) {
                    $null = $child.State, $child.HasMoreData
                }

                $null = $server.ChildJobs.Count
                $looks++
            }

            $looks
        } @{ server = $server; limit = $limit }
        $sessions = 1..20 | ForEach-Object { Connect-TcpChat 127.0.0.1 $server.Port }
        $null = Wait-TcpChatSession -Server $server -Count 21 -TimeoutSec 10
        $sessions | Disconnect-TcpChat
        $null = Wait-TcpChatSession -Server $server.Name -Count 1 -TimeoutSec 10
        Stop-TcpChatServer $server
        $limit.Cancel()
        Receive-Shell $run | Should -BeGreaterThan 0
        $run.Shell.Streams.Error | Should -BeNullOrEmpty
        $server.ChildJobs | Should -HaveCount 21
        $server.ChildJobs.State | Should -Not -Contain 'Running'
    }
}
