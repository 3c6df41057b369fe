[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'A test sees the variables of its BeforeEach.')]
param()

BeforeAll {
    . $PSScriptRoot/common.ps1
}

Describe 'Connect-TcpChat' {
    BeforeEach {
        $server = Start-TcpChatServer -Name here
    }

    AfterEach {
        Clear-TcpChat
    }

    It 'gives an open session' {
        $session = Connect-TcpChat 127.0.0.1 $server.Port
        $session.State | Should -Be 'Open'
        $session.Name | Should -Be "127.0.0.1:$($server.Port)"
        $session.RemoteEndPoint | Should -Be $server.LocalEndPoint
        $session.LocalEndPoint | Should -Be (Wait-TcpChatSession -Server $server -TimeoutSec 10).RemoteEndPoint
        $session.CloseReason | Should -BeNullOrEmpty
    }

    It 'takes -Name' {
        (Connect-TcpChat 127.0.0.1 $server.Port -Name 'the robot').Name | Should -Be 'the robot'
        (Get-TcpChatSession 'the robot').RemoteEndPoint | Should -Be $server.LocalEndPoint
    }

    It 'goes to this machine where no computer is named' {
        (Connect-TcpChat -Port $server.Port).State | Should -Be 'Open'
    }

    It 'takes -<Alias> for -ComputerName' -ForEach @(@{ Alias = 'Cn' }, @{ Alias = 'HostName' }) {
        $parameter = @{ $Alias = '127.0.0.1' }
        (Connect-TcpChat @parameter -Port $server.Port).State | Should -Be 'Open'
    }

    It 'takes computers from the pipeline by value' {
        $sessions = '127.0.0.1', 'localhost' | Connect-TcpChat -Port $server.Port
        $sessions | Should -HaveCount 2
        $sessions.Name | Should -Be "127.0.0.1:$($server.Port)", "localhost:$($server.Port)"
        Wait-TcpChatSession -Server $server -Count 2 -TimeoutSec 10 | Should -HaveCount 2
    }

    It 'takes computer and port from the pipeline by property name, from each its own' {
        $other = Start-TcpChatServer
        $sessions = @(
            [pscustomobject]@{ ComputerName = '127.0.0.1'; Port = $server.Port }
            [pscustomobject]@{ ComputerName = '127.0.0.1'; Port = $other.Port }
        ) | Connect-TcpChat
        $sessions.RemoteEndPoint.Port | Should -Be $server.Port, $other.Port
    }

    It 'connects to several at once, in the order given, and reports the one that fails' {
        $refused = Get-FreePort
        $targets = $server.Port, $refused, $server.Port | ForEach-Object { [pscustomobject]@{ ComputerName = '127.0.0.1'; Port = $_ } }
        $sessions = $targets | Connect-TcpChat -ErrorVariable problems -ErrorAction SilentlyContinue
        $sessions | Should -HaveCount 2
        $sessions[0].Id | Should -Not -Be $sessions[1].Id
        $problems | Should -HaveCount 1
        $problems[0].FullyQualifiedErrorId | Should -Be 'ConnectionRefused,TcpChat.Commands.ConnectTcpChatCommand'
        $problems[0].CategoryInfo.Category | Should -Be 'ConnectionError'
        $problems[0].TargetObject | Should -Be "127.0.0.1:$refused"
    }

    It 'keeps the order of 20 computers' {
        $servers = 1..5 | ForEach-Object { Start-TcpChatServer }
        $targets = 1..4 | ForEach-Object { $servers } | ForEach-Object { [pscustomobject]@{ ComputerName = '127.0.0.1'; Port = $_.Port } }
        ($targets | Connect-TcpChat -ThrottleLimit 3).RemoteEndPoint.Port | Should -Be $targets.Port
    }

    It 'reports one error for each target, with an id and a target of its own' {
        $refused = 1..2 | ForEach-Object { Get-FreePort }
        $refused | ForEach-Object { [pscustomobject]@{ ComputerName = '127.0.0.1'; Port = $_ } } |
            Connect-TcpChat -ErrorVariable problems -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $problems.TargetObject | Should -Be ($refused | ForEach-Object { "127.0.0.1:$_" })
    }

    It 'waits no longer than -TimeoutSec' {
        $peer = Start-TestPeer never-accepts
        $watch = [System.Diagnostics.Stopwatch]::StartNew()
        Connect-TcpChat 127.0.0.1 $peer.Port -TimeoutSec 0.4 -ErrorVariable problems -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $watch.ElapsedMilliseconds | Should -BeGreaterThan 350
        $watch.ElapsedMilliseconds | Should -BeLessThan 3000
        $problems | Should -HaveCount 1
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'ConnectTimeout,*'
        $problems[0].CategoryInfo.Category | Should -Be 'OperationTimeout'
        $problems[0].TargetObject | Should -Be "127.0.0.1:$($peer.Port)"
    }

    It 'is not held up by the one that does not answer' {
        $peer = Start-TestPeer never-accepts
        $watch = [System.Diagnostics.Stopwatch]::StartNew()
        $sessions = $peer.Port, $peer.Port, $server.Port | ForEach-Object { [pscustomobject]@{ ComputerName = '127.0.0.1'; Port = $_ } } |
            Connect-TcpChat -TimeoutSec 2 -ErrorVariable problems -ErrorAction SilentlyContinue
        $watch.ElapsedMilliseconds | Should -BeLessThan 4000
        $sessions.RemoteEndPoint.Port | Should -Be $server.Port
        $problems | Should -HaveCount 2
    }

    It 'refuses port 0' {
        { Connect-TcpChat 127.0.0.1 0 } | Should -Throw -ErrorId 'ParameterArgumentValidationError,*'
    }

    It 'stops at the first failure with -ErrorAction Stop' {
        { Connect-TcpChat 127.0.0.1 (Get-FreePort) -ErrorAction Stop } | Should -Throw -ErrorId 'ConnectionRefused,*'
    }
}

Describe 'Disconnect-TcpChat' {
    BeforeEach {
        $talk = New-Conversation
    }

    AfterEach {
        Clear-TcpChat
    }

    It 'closes in order: what was sent before arrives' {
        'goodbye' | Send-TcpMessage -Session $talk.Client
        Disconnect-TcpChat $talk.Client | Should -BeNullOrEmpty
        $talk.Client.State | Should -Be 'Closed'
        $talk.Client.CloseReason | Should -Be 'LocalClosed'
        (Receive-TcpMessage $talk.Server -TimeoutSec 10).Text | Should -Be 'goodbye'
        (Wait-TcpChatSession $talk.Remote -TimeoutSec 10).CloseReason | Should -Be 'PeerClosed'
    }

    It 'cuts with -Force: the peer sees a reset' {
        Disconnect-TcpChat $talk.Client -Force
        (Wait-TcpChatSession $talk.Remote -TimeoutSec 10).CloseReason | Should -Be 'PeerReset'
    }

    It 'closes nothing with -WhatIf' {
        Disconnect-TcpChat $talk.Client -WhatIf -PassThru | Should -BeNullOrEmpty
        Disconnect-TcpChat $talk.Client -Force -WhatIf
        $talk.Client.State | Should -Be 'Open'
    }

    It 'gives the sessions with -PassThru' {
        Disconnect-TcpChat $talk.Client, $talk.Remote -PassThru | Should -Be $talk.Client, $talk.Remote
    }

    It 'takes a session by <By>' -ForEach @(
        @{ By = 'object from the pipeline'; Close = { $talk.Client | Disconnect-TcpChat } }
        @{ By = 'id'; Close = { Disconnect-TcpChat $talk.Client.Id } }
        @{ By = 'name'; Close = { Disconnect-TcpChat $talk.Client.Name } }
        @{ By = 'wildcard'; Close = { Disconnect-TcpChat "*:$($talk.Server.Port)" } }
        @{ By = 'Get-TcpChatSession'; Close = { Get-TcpChatSession $talk.Client.Name | Disconnect-TcpChat } }
    ) {
        & $Close
        $talk.Client.State | Should -Be 'Closed'
    }

    It 'closes the session that a message came by' {
        'bye' | Send-TcpMessage -Session $talk.Client
        Receive-TcpMessage $talk.Server -TimeoutSec 10 | Disconnect-TcpChat
        $talk.Remote.State | Should -Be 'Closed'
        (Wait-TcpChatSession $talk.Client -TimeoutSec 10).CloseReason | Should -Be 'PeerClosed'
    }

    It 'closes one session of a server and leaves the others' {
        $second = Connect-TcpChat 127.0.0.1 $talk.Server.Port
        $null = Wait-TcpChatSession -Server $talk.Server -Count 2 -TimeoutSec 10
        Disconnect-TcpChat $talk.Remote
        'still here' | Send-TcpMessage -Session $second
        (Receive-TcpMessage $talk.Server -TimeoutSec 10).Text | Should -Be 'still here'
    }

    It 'closes a closed session without complaint' {
        Disconnect-TcpChat $talk.Client
        { Disconnect-TcpChat $talk.Client -ErrorAction Stop } | Should -Not -Throw
    }

    It 'cuts after -TimeoutSec a peer that does not read' {
        $peer = Start-TestPeer never-reads
        $session = Connect-TcpChat 127.0.0.1 $peer.Port -OutboxByteLimit 20000000
        Send-TcpMessage ([byte[]]::new(16000000)) $session
        $watch = [System.Diagnostics.Stopwatch]::StartNew()
        Disconnect-TcpChat $session -TimeoutSec 0.5
        $watch.ElapsedMilliseconds | Should -BeGreaterThan 400
        $watch.ElapsedMilliseconds | Should -BeLessThan 3000
        $session.State | Should -Be 'Closed'
    }

    It 'says so where there is no such session' {
        { Disconnect-TcpChat 'nobody' } | Should -Throw '*no session*nobody*'
    }
}
