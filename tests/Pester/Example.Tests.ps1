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
}
