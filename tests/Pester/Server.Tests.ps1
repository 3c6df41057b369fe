[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'A test sees the variables of its BeforeEach.')]
param()

BeforeAll {
    . $PSScriptRoot/common.ps1
}

Describe 'Start-TcpChatServer' {
    AfterEach {
        Clear-TcpChat
    }

    It 'listens on loopback only, at a port that the system chooses' {
        $server = Start-TcpChatServer
        $server.Port | Should -BeGreaterThan 0
        $server.LocalEndPoint.Address | Should -Be ([ipaddress]::Loopback)
        $server.State | Should -Be 'Running'
        $server.Name | Should -Be "TcpChatServer:$($server.Port)"
    }

    It 'gives two servers two ports' {
        (Start-TcpChatServer).Port | Should -Not -Be (Start-TcpChatServer -Port 0).Port
    }

    It 'listens at the port that is asked for' {
        $port = Get-FreePort
        (Start-TcpChatServer -Port $port).Port | Should -Be $port
    }

    It 'takes the port by position' {
        $port = Get-FreePort
        (Start-TcpChatServer $port).Port | Should -Be $port
    }

    It 'fails with PortInUse where another one listens' {
        $first = Start-TcpChatServer
        { Start-TcpChatServer -Port $first.Port } | Should -Throw -ErrorId 'PortInUse,TcpChat.Commands.StartTcpChatServerCommand'
        Get-TcpChatServer | Should -HaveCount 1
    }

    It 'names the address and port in the error' {
        $first = Start-TcpChatServer
        $failure = { Start-TcpChatServer -Port $first.Port } | Should -Throw -PassThru
        $failure.TargetObject | Should -Be $first.LocalEndPoint
        $failure.CategoryInfo.Category | Should -Be 'ResourceExists'
        $failure.Exception.Message | Should -Match $first.Port
    }

    It 'fails with AddressNotAvailable for an address of another machine' {
        { Start-TcpChatServer -Address 192.0.2.1 } | Should -Throw -ErrorId 'AddressNotAvailable,*'
    }

    It 'refuses a port that there cannot be' {
        { Start-TcpChatServer -Port 65536 } | Should -Throw -ErrorId 'ParameterArgumentValidationError,*'
    }

    It 'listens on IPv6' {
        $server = Start-TcpChatServer -Address ::1
        $session = Connect-TcpChat ::1 $server.Port
        "$($session.RemoteEndPoint)" | Should -Be "[::1]:$($server.Port)"
    }

    It 'serves IPv4 and IPv6 at ::' {
        $server = Start-TcpChatServer -Address :: -Echo
        foreach ($address in '127.0.0.1', '::1') {
            $session = Connect-TcpChat $address $server.Port
            'over ' + $address | Send-TcpMessage -Session $session
            (Receive-TcpMessage $session -TimeoutSec 10).Text | Should -Be "over $address"
        }
    }

    It 'sends everything back with -Echo' {
        $talk = New-Conversation @{ Echo = $true }
        'one', 'two' | Send-TcpMessage -Session $talk.Client
        (Receive-TcpMessage $talk.Client -Count 2 -TimeoutSec 10).Text | Should -Be 'one', 'two'
        $talk.Server.HasMoreData | Should -BeFalse
    }

    It 'greets each client with -Greeting' {
        $server = Start-TcpChatServer -Greeting 'Grüß Gott'
        1..2 | ForEach-Object {
            $session = Connect-TcpChat 127.0.0.1 $server.Port
            (Receive-TcpMessage $session -TimeoutSec 10).Text | Should -Be 'Grüß Gott'
        }
    }

    It 'refuses a greeting that the encoding does not have, and frees the port' {
        $port = Get-FreePort
        { Start-TcpChatServer -Port $port -Encoding ascii -Greeting 'Grüß Gott' } | Should -Throw -ErrorId 'TextNotEncodable,*'
        (Start-TcpChatServer -Port $port).Port | Should -Be $port
    }

    It 'takes a name' {
        (Start-TcpChatServer -Name 'my server').Name | Should -Be 'my server'
        (Get-Job -Name 'my server').PSJobTypeName | Should -Be 'TcpChatServer'
    }

    It 'counts what its sessions do' {
        $talk = New-Conversation @{ Echo = $true }
        'four' | Send-TcpMessage -Session $talk.Client
        $null = Receive-TcpMessage $talk.Client -TimeoutSec 10
        $talk.Server.Accepted | Should -Be 1
        $talk.Server.SessionCount | Should -Be 1
        $talk.Server.MessagesReceived | Should -Be 1
        $talk.Server.BytesReceived | Should -Be 5
        Wait-Until { $talk.Server.MessagesSent -eq 1 -and $talk.Server.BytesSent -eq 5 }
    }

    It 'says what is missing: <Id>' -ForEach @(
        @{ Id = 'DelimiterMissing'; Parameter = @{ Framing = 'Delimiter' } }
        @{ Id = 'DelimiterNotUsed'; Parameter = @{ Framing = 'Raw'; Delimiter = ';' } }
        @{ Id = 'LineEndingNotUsed'; Parameter = @{ Framing = 'Raw'; LineEnding = 'CrLf' } }
    ) {
        { Start-TcpChatServer @Parameter } | Should -Throw -ErrorId "$Id,*"
        Get-TcpChatServer | Should -BeNullOrEmpty
    }
}

Describe 'Get-TcpChatServer' {
    AfterEach {
        Clear-TcpChat
    }

    BeforeEach {
        $red = Start-TcpChatServer -Name red
        $rose = Start-TcpChatServer -Name rose
        $green = Start-TcpChatServer -Name 'green one'
    }

    It 'gives all' {
        (Get-TcpChatServer).Name | Should -Be 'red', 'rose', 'green one'
    }

    It 'finds by name, whatever the case' {
        Get-TcpChatServer RED | Should -Be $red
        Get-TcpChatServer 'green one' | Should -Be $green
    }

    It 'finds by wildcard' {
        (Get-TcpChatServer r*).Name | Should -Be 'red', 'rose'
    }

    It 'finds by several names, also from the pipeline' {
        (Get-TcpChatServer red, 'green one').Name | Should -Be 'red', 'green one'
        ('red', 'rose' | Get-TcpChatServer).Name | Should -Be 'red', 'rose'
    }

    It 'finds by id' {
        Get-TcpChatServer -Id $rose.Id | Should -Be $rose
    }

    It 'gives nothing, and no error, for a wildcard that matches none' {
        Get-TcpChatServer blue* -ErrorVariable problems -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $problems | Should -BeNullOrEmpty
    }

    It 'reports a name that there is not, and goes on' {
        $found = Get-TcpChatServer red, blue, rose -ErrorVariable problems -ErrorAction SilentlyContinue
        $found.Name | Should -Be 'red', 'rose'
        $problems | Should -HaveCount 1
        $problems[0].FullyQualifiedErrorId | Should -Be 'ServerNotFound,TcpChat.Commands.GetTcpChatServerCommand'
        $problems[0].CategoryInfo.Category | Should -Be 'ObjectNotFound'
        $problems[0].TargetObject | Should -Be 'blue'
    }

    It 'reports an id that there is not' {
        Get-TcpChatServer -Id 2147483647 -ErrorVariable problems -ErrorAction SilentlyContinue
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'ServerNotFound,*'
        $problems[0].TargetObject | Should -Be 2147483647
    }

    It 'finds servers that another runspace started' {
        $run = Start-Shell { Start-TcpChatServer -Name elsewhere }
        $null = Receive-Shell $run
        (Get-TcpChatServer elsewhere).State | Should -Be 'Running'
    }
}

Describe 'Stop-TcpChatServer' {
    AfterEach {
        Clear-TcpChat
    }

    It 'stops by <By>' -ForEach @(
        @{ By = 'job'; Stop = { param($server) Stop-TcpChatServer $server } }
        @{ By = 'name'; Stop = { param($server) Stop-TcpChatServer $server.Name } }
        @{ By = 'wildcard'; Stop = { Stop-TcpChatServer 'to *' } }
        @{ By = 'id'; Stop = { param($server) Stop-TcpChatServer $server.Id } }
        @{ By = 'pipeline'; Stop = { param($server) $server | Stop-TcpChatServer } }
        @{ By = 'name from the pipeline'; Stop = { param($server) $server.Name | Stop-TcpChatServer } }
        @{ By = 'id from the pipeline'; Stop = { param($server) $server.Id | Stop-TcpChatServer } }
    ) {
        $server = Start-TcpChatServer -Name 'to stop'
        $other = Start-TcpChatServer -Name other
        & $Stop $server | Should -BeNullOrEmpty
        $server.State | Should -Be 'Stopped'
        $other.State | Should -Be 'Running'
        { Connect-TcpChat 127.0.0.1 $server.Port -ErrorAction Stop } | Should -Throw -ErrorId 'ConnectionRefused,*'
    }

    It 'stops nothing with -WhatIf' {
        $talk = New-Conversation
        Stop-TcpChatServer $talk.Server -WhatIf -PassThru | Should -BeNullOrEmpty
        $talk.Server.State | Should -Be 'Running'
        $talk.Client.State | Should -Be 'Open'
        Connect-TcpChat 127.0.0.1 $talk.Server.Port | Should -Not -BeNullOrEmpty
    }

    It 'gives the job with -PassThru' {
        $server = Start-TcpChatServer
        Stop-TcpChatServer $server -PassThru | Should -Be $server
    }

    It 'ends sessions in order: what was sent before arrives' {
        $talk = New-Conversation
        'the last word' | Send-TcpMessage -Session $talk.Remote
        Stop-TcpChatServer $talk.Server
        (Receive-TcpMessage $talk.Client -TimeoutSec 10).Text | Should -Be 'the last word'
        (Wait-TcpChatSession $talk.Client -TimeoutSec 10).CloseReason | Should -Be 'PeerClosed'
        $talk.Remote.CloseReason | Should -Be 'ServerStopped'
    }

    It 'leaves what was received to be read' {
        $talk = New-Conversation
        'unread' | Send-TcpMessage -Session $talk.Client
        Wait-Until { $talk.Server.HasMoreData }
        Stop-TcpChatServer $talk.Server
        (Receive-TcpMessage $talk.Server -TimeoutSec 0).Text | Should -Be 'unread'
    }

    It 'frees the port at once, even with clients connected' {
        $talk = New-Conversation
        $port = $talk.Server.Port
        foreach ($round in 1..3) {
            Stop-TcpChatServer (Get-TcpChatServer "TcpChatServer:$port" | Where-Object State -EQ Running)
            $server = Start-TcpChatServer $port
            $server.Port | Should -Be $port
            Connect-TcpChat 127.0.0.1 $port | Should -Not -BeNullOrEmpty
        }
    }

    It 'stops again without complaint' {
        $server = Start-TcpChatServer
        Stop-TcpChatServer $server
        { Stop-TcpChatServer $server -ErrorAction Stop } | Should -Not -Throw
    }

    It 'stops several at once' {
        $servers = 1..3 | ForEach-Object { Start-TcpChatServer }
        Stop-TcpChatServer $servers
        $servers.State | Select-Object -Unique | Should -Be 'Stopped'
    }

    It 'keeps to -TimeoutSec <TimeoutSec> when a peer does not read and the outbox is full' -ForEach @(
        @{ TimeoutSec = 1; AtLeast = 500 }
        @{ TimeoutSec = 0; AtLeast = 0 }
    ) {
        $server = Start-TcpChatServer -OutboxByteLimit 100000
        $null = Start-TestPeer never-reads -ConnectTo $server.Port
        $session = Wait-TcpChatSession -Server $server -TimeoutSec 10
        # Until the system takes no more and then the outbox does not either: for a moment it may be full while the system still has room.
        $full = [byte[]]::new(90000)
        do {
            Send-TcpMessage $full $session -TimeoutSec 0.5 -ErrorVariable refused -ErrorAction SilentlyContinue
        } until ($refused)

        $refused[0].FullyQualifiedErrorId | Should -BeLike 'SendTimeout,*'
        $watch = [System.Diagnostics.Stopwatch]::StartNew()
        Stop-TcpChatServer $server -TimeoutSec $TimeoutSec
        $watch.ElapsedMilliseconds | Should -BeGreaterOrEqual $AtLeast
        $watch.ElapsedMilliseconds | Should -BeLessThan 3500
        $server.State | Should -Be 'Stopped'
        $session.State | Should -Be 'Closed'
    }
}
