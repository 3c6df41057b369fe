[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'A test sees the variables of its BeforeEach.')]
param()

BeforeAll {
    . $PSScriptRoot/common.ps1
}

Describe 'Connect-TcpChat -Reconnect' {
    BeforeEach {
        # The port stays this test's while nobody listens at it.
        $held = [System.Net.Sockets.Socket]::new('InterNetwork', 'Stream', 'Tcp')
        $held.SetSocketOption('Socket', 'ReuseAddress', $true)
        $held.Bind([System.Net.IPEndPoint]::new([ipaddress]::Loopback, 0))
        $port = $held.LocalEndPoint.Port
        $quick = @{ Reconnect = $true; ReconnectDelaySec = 0.01; ReconnectMaximumDelaySec = 0.05; ReconnectLimit = 10000 }
        $patient = @{ Reconnect = $true; ReconnectDelaySec = 86400; ReconnectMaximumDelaySec = 86400 }
        $server = Start-TcpChatServer -Port $port
    }

    AfterEach {
        Clear-TcpChat
        $held.Dispose()
    }

    It 'goes on with a server that comes again at the same port' {
        $session = Connect-TcpChat 127.0.0.1 $port @quick
        'before' | Send-TcpMessage -Session $session
        (Receive-TcpMessage -Server $server).Text | Should -Be 'before'

        Stop-TcpChatServer $server
        (Wait-TcpChatSession $session -State Reconnecting -TimeoutSec $patience).State | Should -Be 'Reconnecting'
        'one', 'two' | Send-TcpMessage -Session $session
        $session.OutboxLength | Should -Be 8
        Wait-Until { $session.ReconnectAttempt -gt 1 }
        $session.Error.Code | Should -Be 'ConnectionRefused'

        $server = Start-TcpChatServer -Port $port
        (Receive-TcpMessage -Server $server -Count 2 -TimeoutSec $patience).Text | Should -Be 'one', 'two'
        'answer' | Send-TcpMessage -Session $server.Sessions
        (Receive-TcpMessage $session -TimeoutSec $patience).Text | Should -Be 'answer'
        $session.State | Should -Be 'Open'
        $session.ReconnectCount | Should -Be 1
        $session.CloseReason | Should -BeNullOrEmpty
    }

    It 'ends when the attempts are used up, and says what was not sent' {
        $session = Connect-TcpChat 127.0.0.1 $port -Reconnect -ReconnectDelaySec 0.3 -ReconnectMaximumDelaySec 0.3 -ReconnectLimit 5
        Stop-TcpChatServer $server
        $null = Wait-TcpChatSession $session -State Reconnecting -TimeoutSec $patience
        'lost' | Send-TcpMessage -Session $session
        $null = Wait-TcpChatSession $session -TimeoutSec $patience
        $session.CloseReason | Should -Be 'PeerClosed'
        $session.Error.Code | Should -Be 'ReconnectFailed'
        $session.Error.Message | Should -BeLike '*1 message (5 bytes) was not sent.'
        $session.UnsentMessages | Should -Be 1
        Receive-TcpMessage $session -ErrorAction SilentlyContinue -ErrorVariable problems
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'SessionClosed,*'
    }

    It 'ends at once when this side disconnects during the wait' {
        $session = Connect-TcpChat 127.0.0.1 $port @patient
        Stop-TcpChatServer $server
        $null = Wait-TcpChatSession $session -State Reconnecting -TimeoutSec $patience
        'lost' | Send-TcpMessage -Session $session
        $watch = [System.Diagnostics.Stopwatch]::StartNew()
        Disconnect-TcpChat $session -TimeoutSec 60
        $watch.ElapsedMilliseconds | Should -BeLessThan 5000
        $session.CloseReason | Should -Be 'LocalClosed'
        $session.UnsentBytes | Should -Be 5
    }

    It 'lets <Command> be stopped during the wait within 500 ms' -ForEach @(
        @{ Command = 'Receive-TcpMessage'; Script = { Receive-TcpMessage $session } }
        @{ Command = 'Wait-TcpMessage'; Script = { Wait-TcpMessage 'x' $session } }
        @{ Command = 'Wait-TcpChatSession'; Script = { Wait-TcpChatSession $session -State Open } }
    ) {
        $session = Connect-TcpChat 127.0.0.1 $port @patient
        Stop-TcpChatServer $server
        $null = Wait-TcpChatSession $session -State Reconnecting -TimeoutSec $patience
        $stopped = Invoke-Stopped $Script @{ session = $session }
        $stopped.Milliseconds | Should -BeLessThan 500
        $stopped.Errors | Should -BeNullOrEmpty
        $session.State | Should -Be 'Reconnecting'
    }

    It 'shows the state in the table' {
        $session = Connect-TcpChat 127.0.0.1 $port @patient
        Stop-TcpChatServer $server
        $null = Wait-TcpChatSession $session -State Reconnecting -TimeoutSec $patience
        Get-TcpChatSession | Out-String | Should -BeLike '* Reconnecting *'
    }
}
