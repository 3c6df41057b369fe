[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'A test sees the variables of its BeforeEach.')]
param()

BeforeAll {
    . $PSScriptRoot/common.ps1
}

Describe 'Invoke-TcpRequest on a session' {
    BeforeEach {
        $server = Start-TcpChatServer -OnMessage { "you said $_" }
        $client = Connect-TcpChat 127.0.0.1 $server.Port -Name asking
    }

    AfterEach {
        Clear-TcpChat
    }

    It 'gives the answer to each thing that is sent' {
        'one', 'two' | Invoke-TcpRequest -Session asking -TimeoutSec 10 | ForEach-Object Text | Should -Be 'you said one', 'you said two'
        (Invoke-TcpRequest 3 $client -TimeoutSec 10).Text | Should -Be 'you said 3'
        $client.State | Should -Be 'Open'
    }

    It 'asks every session once' {
        $other = Connect-TcpChat 127.0.0.1 $server.Port -Name 'asking too'
        $answers = Get-TcpChatSession 'asking*' | Invoke-TcpRequest 'hi' -TimeoutSec 10
        $answers.Text | Should -Be 'you said hi', 'you said hi'
        $answers.Session.Id | Should -Be $client.Id, $other.Id
    }

    It 'goes on with the others where one is closed' {
        $closed = Connect-TcpChat 127.0.0.1 $server.Port
        Disconnect-TcpChat $closed
        $answers = Invoke-TcpRequest 'hi' $closed, $client -TimeoutSec 10 -ErrorVariable problems -ErrorAction SilentlyContinue
        $answers.Text | Should -Be 'you said hi'
        $problems | Should -HaveCount 1
        $problems[0].FullyQualifiedErrorId | Should -Be 'SessionClosed,TcpChat.Commands.InvokeTcpRequestCommand'
        $problems[0].TargetObject | Should -Be $closed
    }

    It 'takes no longer than -TimeoutSec, and what was not there in time can be had later' {
        $quiet = New-Conversation
        $watch = [System.Diagnostics.Stopwatch]::StartNew()
        Invoke-TcpRequest 'hi' $quiet.Client -TimeoutSec 0.4 -ErrorVariable problems -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $watch.ElapsedMilliseconds | Should -BeGreaterThan 350
        $watch.ElapsedMilliseconds | Should -BeLessThan 3000
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'ReceiveTimeout,*'
        $problems[0].CategoryInfo.Category | Should -Be 'OperationTimeout'
        Receive-TcpMessage $quiet.Server -TimeoutSec 10 | Send-TcpMessage 'late'
        (Receive-TcpMessage $quiet.Client -TimeoutSec 10).Text | Should -Be 'late'
    }

    It 'never takes a late answer for the next one' {
        $quiet = New-Conversation
        Send-TcpMessage 'late' $quiet.Remote
        Wait-Until { $quiet.Client.InboxLength -eq 1 }
        { Invoke-TcpRequest 'hi' $quiet.Client -TimeoutSec 10 -ErrorAction Stop } | Should -Throw -ErrorId 'MessagesWaiting,*'
        $quiet.Client.MessagesSent | Should -Be 0
        $answer = Start-Shell { Invoke-TcpRequest 'hi' $client -ClearInbox -TimeoutSec 10 } @{ client = $quiet.Client }
        Receive-TcpMessage $quiet.Server -TimeoutSec 10 | Send-TcpMessage 'the answer'
        (Receive-Shell $answer).Text | Should -Be 'the answer'
    }

    It 'shows no control characters of what waits' {
        $quiet = New-Conversation
        Send-TcpMessage "$([char]27)[2Jgone" $quiet.Remote
        Wait-Until { $quiet.Client.InboxLength -eq 1 }
        Invoke-TcpRequest 'hi' $quiet.Client -ErrorVariable problems -ErrorAction SilentlyContinue
        "$($problems[0])" | Should -Match 'gone'
        "$($problems[0])" | Should -Not -Match "`e"
    }

    It 'has no framing of its own' {
        { Invoke-TcpRequest 'hi' -Session $client -Framing Raw } | Should -Throw -ErrorId 'AmbiguousParameterSet,*'
    }
}

Describe 'Invoke-TcpRequest to computers' {
    BeforeEach {
        $server = Start-TcpChatServer -OnMessage { "you said $_" }
    }

    AfterEach {
        Clear-TcpChat
    }

    It 'asks many at once, and keeps their order' {
        $servers = 1..5 | ForEach-Object { Start-TcpChatServer -Name "server$_" -OnMessage { $Server.Name } }
        $targets = 1..4 | ForEach-Object { $servers } | ForEach-Object { [pscustomobject]@{ ComputerName = '127.0.0.1'; Port = $_.Port } }
        ($targets | Invoke-TcpRequest 'who?' -ThrottleLimit 3 -TimeoutSec 10).Text | Should -Be (1..4 | ForEach-Object { $servers.Name })
    }

    It 'is not held up by those that do not answer' {
        $silent = Start-TestPeer silent
        $dead = Start-TestPeer never-accepts
        $watch = [System.Diagnostics.Stopwatch]::StartNew()
        $answers = $silent.Port, $dead.Port, $silent.Port, $server.Port | ForEach-Object { [pscustomobject]@{ ComputerName = '127.0.0.1'; Port = $_ } } |
            Invoke-TcpRequest 'hi' -TimeoutSec 1 -ErrorVariable problems -ErrorAction SilentlyContinue
        $watch.ElapsedMilliseconds | Should -BeLessThan 4000
        $answers.Text | Should -Be 'you said hi'
        $problems.FullyQualifiedErrorId.Split(',')[0, 2, 4] | Should -Be 'ReceiveTimeout', 'ConnectTimeout', 'ReceiveTimeout'
        $problems.TargetObject | Should -Be "127.0.0.1:$($silent.Port)", "127.0.0.1:$($dead.Port)", "127.0.0.1:$($silent.Port)"
    }

    It 'gives an answer as soon as those before it are there' {
        $run = Start-Shell {
            $first, $silent | ForEach-Object { [pscustomobject]@{ ComputerName = '127.0.0.1'; Port = $_ } } | Invoke-TcpRequest 'hi' -TimeoutSec 60
        } @{ first = $server.Port; silent = (Start-TestPeer silent).Port }
        Wait-Until { $run.Output.Count -eq 2 }
        $run.Output[1].Text | Should -Be 'you said hi'
        $run.Result.IsCompleted | Should -BeFalse
    }

    It 'leaves nothing behind when it is stopped' {
        $quiet = Start-TcpChatServer
        $run = Start-Shell { Invoke-TcpRequest 'hi' -ComputerName 127.0.0.1, 127.0.0.1 -Port $port -TimeoutSec 60 } @{ port = $quiet.Port }
        $null = Receive-TcpMessage $quiet -Count 2 -TimeoutSec 10
        $watch = [System.Diagnostics.Stopwatch]::StartNew()
        $run.Shell.Stop()
        $watch.ElapsedMilliseconds | Should -BeLessThan 500
        $run.Shell.Streams.Error | Should -BeNullOrEmpty
        Wait-Until { $quiet.SessionCount -eq 0 }
        Get-TcpChatSession | Where-Object { -not $_.IsServerSide } | Should -BeNullOrEmpty
    }

    It 'takes the bytes of a file, and gives bytes' {
        $echo = Start-TcpChatServer -Framing Raw -Echo
        $path = Join-Path $TestDrive 'bytes.bin'
        [System.IO.File]::WriteAllBytes($path, [byte[]](0..255))
        $answer = Get-Content -LiteralPath $path -AsByteStream | Invoke-TcpRequest -ComputerName 127.0.0.1 -Port $echo.Port -AsByteStream -TimeoutSec 10
        $answer | Should -Be (0..255)
        , $answer | Should -BeOfType byte[]
    }

    It 'gets from <Behavior> one error, <Id>' -ForEach @(
        @{ Behavior = 'silent'; Id = 'ReceiveTimeout' }
        @{ Behavior = 'reset-after?bytes=1'; Id = 'SessionClosed' }
        @{ Behavior = 'half-close?send=two%0Alines%0A&end=none'; Id = 'SessionClosed' }
        @{ Behavior = 'never-accepts'; Id = 'ConnectTimeout' }
    ) {
        $peer = Start-TestPeer $Behavior
        Invoke-TcpRequest 'hi' -ComputerName 127.0.0.1 -Port $peer.Port -Count 3 -TimeoutSec 1 -ErrorVariable problems -ErrorAction SilentlyContinue |
            ForEach-Object Text | Should -Be $(if ($Behavior -like 'half*') { 'two', 'lines' })
        $problems | Should -HaveCount 1
        $problems[0].FullyQualifiedErrorId | Should -Be "$Id,TcpChat.Commands.InvokeTcpRequestCommand"
    }

    It 'gets all that a peer says before it closes' {
        $peer = Start-TestPeer 'glued?text=one,two,three&then=half-close'
        (Invoke-TcpRequest 'whois example' -ComputerName 127.0.0.1 -Port $peer.Port -IdleTimeoutSec 30 -TimeoutSec 10).Text | Should -Be 'one', 'two', 'three'
    }

    It 'finds the end of an answer that no line end follows' {
        $peer = Start-TestPeer 'split?text=Welcome%0Alogin:%20&end=none&then=hold'
        $answer = Invoke-TcpRequest '' -ComputerName 127.0.0.1 -Port $peer.Port -Until 'login: $' -TimeoutSec 10
        $answer.Before | Should -Be "Welcome`n"
        $answer.Match | Should -Be 'login: '
    }

    It 'asks a foreign program' {
        Skip-Without ncat
        $port = Get-FreePort
        $ncat = Start-TestProgram ncat '-l', '-k', '-v', '-e', '/bin/cat', '127.0.0.1', $port
        Wait-Until { (Test-TcpChat 127.0.0.1 $port).Succeeded }
        (Invoke-TcpRequest 'hello, ncat' -ComputerName 127.0.0.1 -Port $port -TimeoutSec 10).Text | Should -Be 'hello, ncat'
        (Test-TcpChat 127.0.0.1 $port -Count 3).Received | Should -Be 3
        $ncat.Process.HasExited | Should -BeFalse
    }
}
