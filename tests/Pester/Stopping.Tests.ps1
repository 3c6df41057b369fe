[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'A test sees the variables of its BeforeEach.')]
param()

BeforeDiscovery {
    $waits = @(
        @{
            Command = 'Receive-TcpMessage'
            Script  = { Receive-TcpMessage $talk.Remote -TimeoutSec 60 }
        }
        @{
            Command = 'Receive-TcpMessage -Server'
            Script  = { Receive-TcpMessage -Server $talk.Server -TimeoutSec 60 }
        }
        @{
            Command = 'Receive-TcpMessage -Follow'
            Script  = { Receive-TcpMessage $talk.Remote, $talk.Client -Follow }
        }
        @{
            Command = 'Receive-TcpMessage -Server -Follow'
            Script  = { Receive-TcpMessage -Server $talk.Server -Follow }
        }
        @{
            Command = 'Wait-TcpMessage'
            Script  = { Wait-TcpMessage 'nothing' $talk.Remote, $talk.Client -TimeoutSec 60 }
        }
        @{
            Command = 'Enter-TcpChat'
            Script  = { Enter-TcpChat $talk.Remote -IdleTimeoutSec 60 }
        }
        @{
            Command = 'Enter-TcpChat -AsOperator'
            Script  = { Enter-TcpChat -AsOperator $talk.Server -IdleTimeoutSec 60 }
        }
        @{
            Command = 'Wait-TcpChatSession'
            Script  = { Wait-TcpChatSession $talk.Remote -TimeoutSec 60 }
        }
        @{
            Command = 'Wait-TcpChatSession -Server'
            Script  = { Wait-TcpChatSession -Server $talk.Server -Count 99 -TimeoutSec 60 }
        }
        @{
            Command = 'Receive-Job -Wait'
            Script  = { Receive-Job $talk.Server -Wait }
        }
    )
}

BeforeAll {
    . $PSScriptRoot/common.ps1
}

Describe 'Stopping a pipeline' {
    BeforeEach {
        $talk = New-Conversation
    }

    AfterEach {
        Clear-TcpChat
    }

    It 'ends <Command> within 500 ms, without an error; what comes next can still be read' -ForEach $waits {
        $stopped = Invoke-Stopped $Script @{ talk = $talk }
        $stopped.Milliseconds | Should -BeLessThan 500
        $stopped.Errors | Should -BeNullOrEmpty
        $stopped.Output | Should -BeNullOrEmpty
        $stopped.State | Should -Be 'Stopped'

        'next' | Send-TcpMessage -Session $talk.Client
        (Receive-TcpMessage $talk.Remote -TimeoutSec 10).Text | Should -Be 'next'
        $talk.Server.State | Should -Be 'Running'
    }

    It 'ends Receive-TcpMessage -Count that has some already; they have been given' {
        'one' | Send-TcpMessage -Session $talk.Client
        $stopped = Invoke-Stopped { Receive-TcpMessage $talk.Remote -Count 3 -TimeoutSec 60 } @{ talk = $talk } -OutputCount 1
        $stopped.Milliseconds | Should -BeLessThan 500
        $stopped.Output.Text | Should -Be 'one'
        'two' | Send-TcpMessage -Session $talk.Client
        (Receive-TcpMessage $talk.Remote -TimeoutSec 10).Text | Should -Be 'two'
    }

    It 'ends Connect-TcpChat within 500 ms, and leaves no session' {
        $peer = Start-TestPeer never-accepts
        $before = @(Get-TcpChatSession).Count
        $stopped = Invoke-Stopped { Connect-TcpChat 127.0.0.1 $port -TimeoutSec 60 } @{ port = $peer.Port }
        $stopped.Milliseconds | Should -BeLessThan 500
        $stopped.Errors | Should -BeNullOrEmpty
        @(Get-TcpChatSession) | Should -HaveCount $before
    }

    It 'closes the connections that Connect-TcpChat has made and not given' {
        $peer = Start-TestPeer never-accepts
        $stopped = Invoke-Stopped {
            $waiting, $server.Port | ForEach-Object { [pscustomobject]@{ ComputerName = '127.0.0.1'; Port = $_ } } | Connect-TcpChat -TimeoutSec 60
        } @{ waiting = $peer.Port; server = $talk.Server }
        $stopped.Milliseconds | Should -BeLessThan 500
        $stopped.Output | Should -BeNullOrEmpty
        Wait-Until { $talk.Server.SessionCount -eq 1 }
    }

    It 'ends <Command> within 500 ms, and leaves no session' -ForEach @(
        @{ Command = 'Test-TcpChat'; Behavior = 'never-accepts'; Script = { Test-TcpChat 127.0.0.1 $port -TimeoutSec 60 } }
        @{ Command = 'Test-TcpChat -Count'; Behavior = 'silent'; Script = { Test-TcpChat 127.0.0.1 $port -Count 1 -TimeoutSec 60 } }
        @{ Command = 'Invoke-TcpRequest'; Behavior = 'never-accepts'; Script = { Invoke-TcpRequest x -ComputerName 127.0.0.1 -Port $port -TimeoutSec 60 } }
        @{ Command = 'Connect-TcpChat -UseTls'; Behavior = 'silent'; Script = { Connect-TcpChat 127.0.0.1 $port -UseTls -TimeoutSec 60 } }
        @{ Command = 'Test-TcpChat -UseTls'; Behavior = 'silent'; Script = { Test-TcpChat 127.0.0.1 $port -UseTls -TimeoutSec 60 } }
        @{ Command = 'Invoke-TcpRequest -UseTls'; Behavior = 'silent'; Script = { Invoke-TcpRequest x -ComputerName 127.0.0.1 -Port $port -UseTls -TimeoutSec 60 } }
        @{ Command = 'Enter-TcpChat -UseTls'; Behavior = 'silent'; Script = { Enter-TcpChat -ComputerName 127.0.0.1 -Port $port -UseTls -TimeoutSec 60 } }
        @{ Command = 'Invoke-TcpRequest -Until'; Behavior = 'silent'; Script = { Invoke-TcpRequest x -ComputerName 127.0.0.1 -Port $port -Until y -TimeoutSec 60 } }
    ) {
        $peer = Start-TestPeer $Behavior
        $before = @(Get-TcpChatSession).Count
        $stopped = Invoke-Stopped $Script @{ port = $peer.Port }
        $stopped.Milliseconds | Should -BeLessThan 500
        $stopped.Errors | Should -BeNullOrEmpty
        $stopped.State | Should -Be 'Stopped'
        @(Get-TcpChatSession) | Should -HaveCount $before
    }

    It 'ends Invoke-TcpRequest <End> within 500 ms; what came of the answer and what comes later can still be read' -ForEach @(
        @{ End = '-AsByteStream -Count 9'; Script = { Invoke-TcpRequest x $talk.Client -AsByteStream -Count 9 -TimeoutSec 60 } }
        @{ End = '-AsByteStream -IdleTimeoutSec 60'; Script = { Invoke-TcpRequest x $talk.Client -AsByteStream -IdleTimeoutSec 60 -TimeoutSec 60 } }
        @{ End = '-Until'; Script = { Invoke-TcpRequest x $talk.Client -Until y -TimeoutSec 60 } }
    ) {
        $run = Start-Shell $Script @{ talk = $talk }
        Receive-TcpMessage $talk.Remote -TimeoutSec 10 | Send-TcpMessage 'part of it'
        Wait-Until { $talk.Client.InboxLength -eq 1 }
        $watch = [System.Diagnostics.Stopwatch]::StartNew()
        $run.Shell.Stop()
        $watch.ElapsedMilliseconds | Should -BeLessThan 500
        $run.Shell.Streams.Error | Should -BeNullOrEmpty
        'the rest' | Send-TcpMessage -Session $talk.Remote
        (Receive-TcpMessage $talk.Client -Count 2 -TimeoutSec 10).Text | Should -Be 'part of it', 'the rest'
    }

    It 'ends Send-TcpMessage within 500 ms where the outbox is full' {
        $peer = Start-TestPeer never-reads
        $session = Connect-TcpChat 127.0.0.1 $peer.Port -OutboxByteLimit 1000
        Send-TcpMessage ([byte[]]::new(16000000)) $session
        $stopped = Invoke-Stopped { Send-TcpMessage 'no room' $session -TimeoutSec 60 } @{ session = $session }
        $stopped.Milliseconds | Should -BeLessThan 500
        $stopped.Errors | Should -BeNullOrEmpty
        $session.State | Should -Be 'Open'
    }

    It 'ends <Command> within 500 ms where a peer does not read' -ForEach @(
        @{ Command = 'Disconnect-TcpChat'; Script = { Disconnect-TcpChat $session -TimeoutSec 60 } }
        @{ Command = 'Stop-TcpChatServer'; Script = { Stop-TcpChatServer $server -TimeoutSec 60 } }
    ) {
        $server = Start-TcpChatServer -OutboxByteLimit 20000000
        $null = Start-TestPeer never-reads -ConnectTo $server.Port
        $session = Wait-TcpChatSession -Server $server -TimeoutSec 10
        Send-TcpMessage ([byte[]]::new(16000000)) $session
        $stopped = Invoke-Stopped $Script @{ session = $session; server = $server }
        $stopped.Milliseconds | Should -BeLessThan 500
        $stopped.Errors | Should -BeNullOrEmpty
    }

    It 'ends Receive-TcpMessage in a thread job by Stop-Job' {
        Skip-Without Start-ThreadJob
        $remote = $talk.Remote
        $manifest = $manifestPath
        $job = Start-ThreadJob {
            Import-Module $using:manifest
            Receive-TcpMessage $using:remote -TimeoutSec 60
        }
        Wait-Until { $job.State -eq 'Running' }
        $watch = [System.Diagnostics.Stopwatch]::StartNew()
        Stop-Job $job
        $watch.ElapsedMilliseconds | Should -BeLessThan 2000
        $job.State | Should -Be 'Stopped'
    }
}
