BeforeAll {
    . $PSScriptRoot/common.ps1
}

Describe 'The examples' {
    AfterEach {
        Clear-TcpChat
    }

    It 'hold the first conversation, and leave nothing behind' {
        $said = & (Join-Path $PSScriptRoot '../../examples/first-conversation.ps1')
        $said | Should -HaveCount 12
        $said[1] | Should -Be "Server   heard ClientA say:  Hi! I'm ClientA!"
        $said[-1] | Should -Be 'Server   stopped; 2 clients, 4 messages in, 4 out'
        Get-TcpChatServer | Should -BeNullOrEmpty
        Get-TcpChatSession | Should -BeNullOrEmpty
    }

    It 'hold the dialogue of the <Model> server, and leave nothing behind' -ForEach @(
        @{ Model = 'iterative'; Line = 'Client2  has no answer yet'; Before = 'Client1  ^C'; Messages = 4 }
        @{ Model = 'process'; Line = 'System   2 clients are served by 2 other processes'; Before = 'System   0 processes are left'; Messages = 2 }
        @{ Model = 'concurrent'; Line = "ClientB  server say:Hi! ClientB! I'm Server!"; Before = 'ClientA  ^C'; Messages = 4 }
    ) {
        $said = @(& (Join-Path $PSScriptRoot "../../examples/$Model-server.ps1"))
        $said.IndexOf($Line) | Should -BeGreaterThan 0
        $said.IndexOf($Before) | Should -BeGreaterThan $said.IndexOf($Line)
        $said[-1] | Should -Be "Server   stopped; 2 clients, $Messages messages in, $Messages out"
        Get-TcpChatServer | Should -BeNullOrEmpty
        Get-TcpChatSession | Should -BeNullOrEmpty
    }

    It '<Name> runs by itself, and leaves nothing behind' -ForEach @(
        @{ Name = 'redis-conversation'; Lines = 19; Line = 'Redis    1, 2, 3, ..., 99, 100' }
        @{ Name = 'irc-channel'; Lines = 8; Line = '<echo> 你好 😀, says ada' }
        @{ Name = 'smtp-delivery'; Lines = 20; Line = 'System   the fake has 16 lines, as they went: True' }
        @{ Name = 'fake-server'; Lines = 5; Line = '4 passed, 0 failed' }
        @{ Name = 'lan-file-drop'; Lines = 5; Line = 'Receiver kept random.bin from 127.0.0.1: 5000000 bytes, the checksum is equal' }
    ) {
        $said = @(& (Join-Path $PSScriptRoot "../../examples/$Name.ps1"))
        $said | Should -HaveCount $Lines
        $said | Should -Contain $Line
        Get-TcpChatServer | Should -BeNullOrEmpty
        Get-TcpChatSession | Should -BeNullOrEmpty
    }

    It 'check the health of many servers, and leave nothing behind' {
        $health = @(& (Join-Path $PSScriptRoot '../../examples/health-check.ps1'))
        $health.Well | Should -Be $true, $false, $false, $false
        $health.Problem | Should -Be $null, 'ReceiveTimeout', 'UnexpectedAnswer', 'ConnectionRefused'
        Get-TcpChatServer | Should -BeNullOrEmpty
        Get-TcpChatSession | Should -BeNullOrEmpty
    }
}
