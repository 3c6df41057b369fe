[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'A test sees the variables of its BeforeEach.')]
param()

BeforeAll {
    . $PSScriptRoot/common.ps1
}

Describe 'Get-TcpChatSession' {
    BeforeEach {
        $talk = New-Conversation -Client @{ Name = 'the client' }
    }

    AfterEach {
        Clear-TcpChat
    }

    It 'gives the sessions of both ends' {
        (Get-TcpChatSession).Id | Should -Be ($talk.Client.Id, $talk.Remote.Id | Sort-Object)
    }

    It 'finds by name and by wildcard' {
        Get-TcpChatSession 'the client' | Should -Be $talk.Client
        Get-TcpChatSession 'THE*' | Should -Be $talk.Client
    }

    It 'finds by id' {
        Get-TcpChatSession -Id $talk.Remote.Id | Should -Be $talk.Remote
    }

    It 'finds the sessions of a server by <By>' -ForEach @(
        @{ By = 'job'; Find = { Get-TcpChatSession -Server $talk.Server } }
        @{ By = 'name'; Find = { Get-TcpChatSession -Server $talk.Server.Name } }
        @{ By = 'id'; Find = { Get-TcpChatSession -Server $talk.Server.Id } }
        @{ By = 'pipeline'; Find = { $talk.Server | Get-TcpChatSession } }
        @{ By = 'its property'; Find = { $talk.Server.Sessions } }
    ) {
        & $Find | Should -Be $talk.Remote
    }

    It 'leaves out those that are over, unless asked for' {
        Disconnect-TcpChat $talk.Client
        $null = Wait-TcpChatSession $talk.Remote -TimeoutSec 10
        Get-TcpChatSession | Should -BeNullOrEmpty
        (Get-TcpChatSession -State Closed).Id | Should -Contain $talk.Client.Id
        Get-TcpChatSession -Id $talk.Client.Id | Should -Be $talk.Client
    }

    It 'reports a name that there is not' {
        Get-TcpChatSession nobody -ErrorVariable problems -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $problems | Should -HaveCount 1
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'SessionNotFound,*'
        $problems[0].TargetObject | Should -Be 'nobody'
    }

    It 'gives nothing, and no error, for a wildcard that matches none' {
        Get-TcpChatSession nobody* -ErrorVariable problems -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $problems | Should -BeNullOrEmpty
    }
}

Describe 'Wait-TcpChatSession' {
    AfterEach {
        Clear-TcpChat
    }

    It 'waits until a server has so many sessions' {
        $server = Start-TcpChatServer
        $run = Start-Shell { Wait-TcpChatSession -Server $server -Count 2 -TimeoutSec 10 } @{ server = $server }
        Wait-Blocked $run
        $clients = '127.0.0.1', '127.0.0.1' | Connect-TcpChat -Port $server.Port
        (Receive-Shell $run).RemoteEndPoint.Port | Sort-Object | Should -Be ($clients.LocalEndPoint.Port | Sort-Object)
    }

    It 'waits until a session is closed' {
        $talk = New-Conversation
        $run = Start-Shell { Wait-TcpChatSession $session -TimeoutSec 10 } @{ session = $talk.Remote }
        Wait-Blocked $run
        Disconnect-TcpChat $talk.Client
        (Receive-Shell $run).CloseReason | Should -Be 'PeerClosed'
    }

    It 'waits for a state, and a later one will do' {
        $talk = New-Conversation @{ HalfCloseTimeoutSec = 30 }
        $run = Start-Shell { Wait-TcpChatSession $session -State HalfClosed -TimeoutSec 10 } @{ session = $talk.Remote }
        Wait-Blocked $run
        Disconnect-TcpChat $talk.Client
        (Receive-Shell $run).State | Should -Be 'HalfClosed'
        Disconnect-TcpChat $talk.Remote
        (Wait-TcpChatSession $talk.Remote -State HalfClosed -TimeoutSec 0).State | Should -Be 'Closed'
    }

    It 'waits until a server has none, with -Count 0' {
        $talk = New-Conversation
        $run = Start-Shell { Wait-TcpChatSession -Server $server -Count 0 -TimeoutSec 10; 'none' } @{ server = $talk.Server }
        Wait-Blocked $run
        Disconnect-TcpChat $talk.Client
        Receive-Shell $run | Should -Be 'none'
    }

    It 'takes sessions and servers from the pipeline' {
        $talk = New-Conversation
        $talk.Server | Wait-TcpChatSession -TimeoutSec 10 | Should -Be $talk.Remote
        $talk.Client | Wait-TcpChatSession -State Open -TimeoutSec 0 | Should -Be $talk.Client
    }

    It 'refuses -Count without a server' {
        { Wait-TcpChatSession -Count 2 -TimeoutSec 0 } | Should -Throw -ErrorId 'ServerMissing,*'
    }

    It 'reports WaitTimeout when the time is up' {
        $talk = New-Conversation
        $watch = [System.Diagnostics.Stopwatch]::StartNew()
        Wait-TcpChatSession $talk.Client -TimeoutSec 0.2 -ErrorVariable problems -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $watch.ElapsedMilliseconds | Should -BeLessThan 2000
        $problems | Should -HaveCount 1
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'WaitTimeout,*'
        $problems[0].TargetObject | Should -Be $talk.Client
    }

    It 'only looks with -TimeoutSec 0' {
        $server = Start-TcpChatServer
        Wait-TcpChatSession -Server $server -TimeoutSec 0 -ErrorVariable problems -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'WaitTimeout,*'
        $problems[0].TargetObject | Should -Be $server
    }

    It 'takes -TimeoutSec for all sessions together' {
        $server = Start-TcpChatServer
        $sessions = 1..4 | ForEach-Object { Connect-TcpChat 127.0.0.1 $server.Port }
        $watch = [System.Diagnostics.Stopwatch]::StartNew()
        $sessions | Wait-TcpChatSession -TimeoutSec 0.3 -ErrorVariable problems -ErrorAction SilentlyContinue
        $watch.ElapsedMilliseconds | Should -BeLessThan 1000
        $problems | Should -HaveCount 4
    }
}

Describe 'A name that is used again' {
    AfterEach {
        Clear-TcpChat
    }

    It 'means the session that is not over' {
        $server = Start-TcpChatServer -Echo
        Connect-TcpChat 127.0.0.1 $server.Port -Name robot | Disconnect-TcpChat
        $session = Connect-TcpChat 127.0.0.1 $server.Port -Name robot
        Send-TcpMessage 'hello' robot -PassThru | Should -Be $session
        (Receive-TcpMessage robot -TimeoutSec 10).Text | Should -Be 'hello'
        Disconnect-TcpChat robot -PassThru | Should -Be $session
    }

    It 'means the session that is over where all are' {
        $talk = New-Conversation -Client @{ Name = 'robot' }
        'unread' | Send-TcpMessage -Session $talk.Remote
        Wait-Until { $talk.Client.InboxLength -eq 1 }
        Disconnect-TcpChat $talk.Client
        Receive-TcpMessage robot -ErrorAction SilentlyContinue | Select-Object -First 1 | Should -Not -BeNullOrEmpty
    }

    It 'means the server that listens' {
        Start-TcpChatServer -Name host | Stop-TcpChatServer
        $server = Start-TcpChatServer -Name host
        $session = Connect-TcpChat 127.0.0.1 $server.Port
        'hello' | Send-TcpMessage -Session $session
        Receive-TcpMessage -Server host -TimeoutSec 10 | ForEach-Object Session | Should -Be $server.Sessions
        Stop-TcpChatServer host -PassThru | Should -Be $server
        Get-TcpChatServer host | Should -HaveCount 2
    }
}

Describe 'How a session ends' {
    AfterEach {
        Clear-TcpChat
    }

    It '<Behavior>: <Reason>' -ForEach @(
        @{ Behavior = 'send?text=hi&then=close'; Reason = 'PeerClosed' }
        @{ Behavior = 'reset-after?bytes=1'; Reason = 'PeerReset' }
        @{ Behavior = 'oversize'; Reason = 'MessageTooLarge' }
        @{ Behavior = 'garbage?bytes=100&then=close'; Reason = 'ProtocolError', 'MessageTooLarge'; Option = @{ Framing = 'LengthPrefixed' } }
        @{ Behavior = 'truncate-length'; Reason = 'ProtocolError'; Option = @{ Framing = 'LengthPrefixed' } }
    ) {
        $option = (Get-Variable Option -ValueOnly -ErrorAction Ignore) ?? @{}
        $peer = Start-TestPeer $Behavior
        $session = Connect-TcpChat 127.0.0.1 $peer.Port @option
        if ($Behavior -like 'reset-after*') {
            'x' | Send-TcpMessage -Session $session
        }

        $null = Wait-TcpChatSession $session -TimeoutSec 10
        $session.CloseReason | Should -BeIn $Reason
    }
}
