[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'A test sees the variables of its BeforeEach.')]
param()

BeforeAll {
    . $PSScriptRoot/common.ps1
}

Describe 'Tab' {
    BeforeEach {
        $server = Start-TcpChatServer -Name alpha
        $spaced = Start-TcpChatServer -Name "the operator's server"
        $session = Connect-TcpChat 127.0.0.1 $server.Port -Name robot
        $other = Connect-TcpChat 127.0.0.1 $server.Port -Name 'a b'
    }

    AfterEach {
        Clear-TcpChat
    }

    It 'completes -Session of <Command>' -ForEach @(
        @{ Command = 'Receive-TcpMessage' }
        @{ Command = 'Send-TcpMessage x' }
        @{ Command = 'Wait-TcpChatSession' }
        @{ Command = 'Invoke-TcpRequest x' }
        @{ Command = 'Disconnect-TcpChat' }
    ) {
        (Complete "$Command -Session rob").CompletionText | Should -Be 'robot'
        (Complete "$Command -Session a").CompletionText | Should -Be "'a b'"
        (Complete "$Command -Session ").ListItemText | Should -Contain 'robot'
    }

    It 'completes -Server of <Command>' -ForEach @(
        @{ Command = 'Stop-TcpChatServer' }
        @{ Command = 'Receive-TcpMessage' }
        @{ Command = 'Send-TcpMessage x' }
        @{ Command = 'Wait-TcpChatSession' }
        @{ Command = 'Get-TcpChatSession' }
    ) {
        (Complete "$Command -Server al").CompletionText | Should -Be 'alpha'
        (Complete "$Command -Server the").CompletionText | Should -Be "'the operator''s server'"
    }

    It 'completes the names of Get-TcpChatServer and Get-TcpChatSession' {
        (Complete 'Get-TcpChatServer al').CompletionText | Should -Be 'alpha'
        (Complete 'Get-TcpChatSession rob').CompletionText | Should -Be 'robot'
    }

    It 'completes inside quotes' {
        (Complete "Stop-TcpChatServer -Server 'the op").CompletionText | Should -Be "'the operator''s server'"
        (Complete 'Receive-TcpMessage -Session "a').CompletionText | Should -Be "'a b'"
    }

    It 'gives a line that runs as it is' {
        $text = (Complete 'Get-TcpChatServer the').CompletionText
        (& ([scriptblock]::Create("Get-TcpChatServer $text"))).Name | Should -Be $spaced.Name
    }

    It 'tells more in the tool tip' {
        (Complete 'Stop-TcpChatServer -Server al').ToolTip | Should -Match "127\.0\.0\.1:$($server.Port).*Listening"
        (Complete 'Receive-TcpMessage -Session rob').ToolTip | Should -Match 'Open'
    }

    It 'completes -Encoding' {
        (Complete 'Start-TcpChatServer -Encoding big').CompletionText | Should -Be 'bigendianunicode'
        (Complete 'Connect-TcpChat -Encoding ut').CompletionText | Should -Be 'utf8', 'utf8NoBOM', 'utf32'
        (Complete 'Test-TcpChat -Encoding big').CompletionText | Should -Be 'bigendianunicode'
        (Complete 'Invoke-TcpRequest x -Encoding big').CompletionText | Should -Be 'bigendianunicode'
    }

    It 'completes -Address' {
        (Complete 'Start-TcpChatServer -Address 127').CompletionText | Should -Be '127.0.0.1'
        (Complete 'Start-TcpChatServer -Address ::').CompletionText | Should -Contain '::1'
        (Complete 'Start-TcpChatServer -Address ').CompletionText | Should -Contain '0.0.0.0'
    }

    It 'completes the values of -<Parameter>' -ForEach @(
        @{ Parameter = 'Framing'; Word = 'L'; Values = 'LengthPrefixed', 'Line' }
        @{ Parameter = 'LineEnding'; Word = 'C'; Values = 'CrLf' }
        @{ Parameter = 'OutboxPolicy'; Word = 'D'; Values = 'Disconnect', 'DropOldest' }
    ) {
        (Complete "Start-TcpChatServer -$Parameter $Word").CompletionText | Should -Be $Values
    }

    It 'offers nothing, and does not fail, where there is nothing' {
        Complete 'Receive-TcpMessage -Session nothing-like-it' | Where-Object ResultType -EQ 'ParameterValue' | Should -BeNullOrEmpty
        Complete 'Receive-TcpMessage -Session [' | Where-Object ResultType -EQ 'ParameterValue' | Should -BeNullOrEmpty
    }
}
