[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'A test sees the variables of its BeforeEach.')]
param()

BeforeAll {
    . $PSScriptRoot/common.ps1
}

Describe 'Test-TcpChat' {
    BeforeEach {
        $server = Start-TcpChatServer -Echo
    }

    AfterEach {
        Clear-TcpChat
    }

    It 'says that somebody listens, and sends nothing' {
        $result = Test-TcpChat 127.0.0.1 $server.Port
        $result.Succeeded | Should -BeTrue
        $result.RemoteAddress | Should -Be ([ipaddress]::Loopback)
        $result.ResolvedAddresses | Should -Be ([ipaddress]::Loopback)
        $result.ConnectTime | Should -BeGreaterOrEqual 0
        $result.Sent | Should -Be 0
        $result.MedianTime | Should -BeNullOrEmpty
        Wait-Until { $server.Accepted -eq 1 -and $server.SessionCount -eq 0 }
        $server.MessagesReceived | Should -Be 0
    }

    It 'times round trips' {
        $result = Test-TcpChat 127.0.0.1 $server.Port -Count 5
        $result.Received | Should -Be 5
        $result.RoundTripTimes | Should -HaveCount 5
        $result.MinimumTime | Should -BeLessOrEqual $result.MedianTime
        $result.MedianTime | Should -BeLessOrEqual $result.MaximumTime
    }

    It 'tests several at once, in the order given, and a failure is a result' {
        $refused = Get-FreePort
        $results = $server.Port, $refused, $server.Port | ForEach-Object { [pscustomobject]@{ ComputerName = '127.0.0.1'; Port = $_ } } |
            Test-TcpChat -ErrorVariable problems
        $results.Succeeded | Should -Be $true, $false, $true
        $results[1].ErrorCode | Should -Be 'ConnectionRefused'
        $results[1].Error | Should -Match 'Nobody listens'
        $results[1].Port | Should -Be $refused
        $problems | Should -BeNullOrEmpty
    }

    It 'gives true or false with -Quiet' {
        Test-TcpChat 127.0.0.1 $server.Port -Quiet | Should -BeOfType bool
        Test-TcpChat 127.0.0.1 $server.Port -Quiet -Count 2 | Should -BeTrue
        Test-TcpChat 127.0.0.1 (Get-FreePort) -Quiet | Should -BeFalse
    }

    It 'is not held up by those that do not answer' {
        $dead = Start-TestPeer never-accepts
        $watch = [System.Diagnostics.Stopwatch]::StartNew()
        $results = $dead.Port, $dead.Port, $server.Port | ForEach-Object { [pscustomobject]@{ ComputerName = '127.0.0.1'; Port = $_ } } |
            Test-TcpChat -TimeoutSec 2
        $watch.ElapsedMilliseconds | Should -BeGreaterThan 1900
        $watch.ElapsedMilliseconds | Should -BeLessThan 4000
        $results.ErrorCode | Should -Be 'ConnectTimeout', 'ConnectTimeout', $null
    }

    It 'tells <Behavior> apart: <Code>' -ForEach @(
        @{ Behavior = 'silent'; Code = 'ReceiveTimeout' }
        @{ Behavior = 'reset-after?bytes=1'; Code = 'SessionClosed' }
        @{ Behavior = 'send?text=no%20echo&then=hold'; Code = 'UnexpectedAnswer' }
        @{ Behavior = 'close-on-accept'; Code = 'SessionClosed' }
    ) {
        $peer = Start-TestPeer $Behavior
        $result = Test-TcpChat 127.0.0.1 $peer.Port -Count 2 -TimeoutSec 1
        $result.Succeeded | Should -BeFalse
        $result.ErrorCode | Should -Be $Code
        $result.Received | Should -Be 0
    }

    It 'passes over a greeting and tells of it' {
        $greeting = Start-TcpChatServer -Echo -Greeting 'welcome'
        $result = Test-TcpChat 127.0.0.1 $greeting.Port -Count 2
        $result.Succeeded | Should -BeTrue
        $result.UnexpectedMessages | Should -Be 1
    }

    It 'can be piped on' {
        (Test-TcpChat 127.0.0.1 $server.Port | Connect-TcpChat).State | Should -Be 'Open'
    }
}
