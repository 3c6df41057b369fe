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
}
