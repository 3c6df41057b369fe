[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'A test sees the variables of its BeforeEach.')]
param()

BeforeAll {
    . $PSScriptRoot/common.ps1
}

Describe 'Wait-TcpMessage' {
    AfterEach {
        Clear-TcpChat
    }

    Context 'with a server of this module' {
        BeforeEach {
            $talk = New-Conversation
        }

        It 'takes up to the end of the match and leaves the rest: <Pattern>' -ForEach @(
            @{ Pattern = '^220 '; Match = '220 '; Rest = 'ready, go' }
            @{ Pattern = 'ready'; Match = 'ready'; Rest = ', go' }
            @{ Pattern = '220 .*\n'; Match = "220 ready, go`n"; Rest = 'last' }
            @{ Pattern = 'nothing', 'go', 'ready'; Match = 'ready'; Rest = ', go' }
        ) {
            'first', '220 ready, go', 'last' | Send-TcpMessage -Session $talk.Client
            $found = $talk.Remote | Wait-TcpMessage $Pattern -WholeMessage -TimeoutSec 10
            $found.Match | Should -BeExactly $Match
            $found.Pattern | Should -BeIn $Pattern
            $found.Before | Should -BeLike "first`n*"
            (Receive-TcpMessage $talk.Remote -TimeoutSec 10).Text | Should -BeExactly $Rest
        }

        It 'ignores case unless told otherwise, and takes plain text with -SimpleMatch' {
            'price: 5.00 EUR (net)' | Send-TcpMessage -Session $talk.Client
            { Wait-TcpMessage 'eur' $talk.Remote -CaseSensitive -TimeoutSec 0.3 } | Should -Throw -ErrorId 'ReceiveTimeout,*'
            (Wait-TcpMessage '5.00 eur (' $talk.Remote -SimpleMatch -TimeoutSec 10).Match | Should -BeExactly '5.00 EUR ('
            (Receive-TcpMessage $talk.Remote).Text | Should -BeExactly 'net)'
        }

        It 'gives groups by number and name' {
            'PONG :irc.example' | Send-TcpMessage -Session $talk.Client
            $found = Wait-TcpMessage '^(\w+) :(?<server>\S+)\n' $talk.Remote -TimeoutSec 10
            $found.Groups[1] | Should -Be 'PONG'
            $found.Groups.Server | Should -Be 'irc.example'
            $found.Groups.Keys | Should -HaveCount 3
        }

        It 'tells in its error what had come, and leaves it' {
            "so far`e[31m" | Send-TcpMessage -Session $talk.Client
            $null = Wait-TcpMessage 'more' $talk.Remote -TimeoutSec 3 -ErrorAction SilentlyContinue -ErrorVariable failure
            $failure[0].FullyQualifiedErrorId | Should -Be 'ReceiveTimeout,TcpChat.Commands.WaitTcpMessageCommand'
            $failure[0].TargetObject | Should -Be $talk.Remote
            $failure[0].Exception.Received | Should -BeExactly "so far`e[31m`n"
            "$($failure[0])" | Should -Not -Match '\x1b'
            (Receive-TcpMessage $talk.Remote -TimeoutSec 0).Text | Should -BeExactly "so far`e[31m"
        }

        It 'ends when the peer closes in the middle, and says how far it had come' {
            'half of it' | Send-TcpMessage -Session $talk.Client
            Disconnect-TcpChat $talk.Client
            $null = Wait-TcpMessage 'the other half' $talk.Remote -TimeoutSec 10 -ErrorAction SilentlyContinue -ErrorVariable failure
            $failure[0].FullyQualifiedErrorId | Should -BeLike 'SessionClosed,*'
            $failure[0].Exception.Received | Should -BeExactly "half of it`n"
            (Receive-TcpMessage $talk.Remote).Text | Should -BeExactly 'half of it'
        }

        It 'gives up a pattern that does not come to an end, and loses nothing' {
            ('a' * 60 + '!') | Send-TcpMessage -Session $talk.Client
            { Wait-TcpMessage '^(a+)+$' $talk.Remote -TimeoutSec 10 } | Should -Throw -ErrorId 'PatternTooSlow,*'
            (Receive-TcpMessage $talk.Remote -TimeoutSec 0).Text | Should -BeExactly ('a' * 60 + '!')
        }

        It 'is shown without what a terminal would obey' {
            "x`e[2Jy" | Send-TcpMessage -Session $talk.Client
            $found = Wait-TcpMessage 'x(?<rest>.*)\n' $talk.Remote -TimeoutSec 10
            $found.Match | Should -BeExactly "x`e[2Jy`n"
            $shown = ($found | Out-String -Width 80) -replace [regex]::Escape($PSStyle.Formatting.FormatAccent) -replace [regex]::Escape($PSStyle.Reset)
            $shown | Should -Match 'Match\s+: x\u241B\[2Jy'
            $shown | Should -Not -Match '\x1b'

            # Among other objects PowerShell passes the views over and shows the default properties.
            $mixed = (& { Get-Process -Id $PID; $found }) | Out-String -Width 80
            $mixed | Should -Match 'x\u241B\[2Jy'
            $mixed | Should -Not -Match '\x1b\[2J'
        }
    }

    It 'finds a prompt of a peer that sends byte by byte' {
        $peer = Start-TestPeer 'split?text=Debian%20GNU%0D%0Alogin%3A%20&end=none&then=hold'
        $client = Connect-TcpChat 127.0.0.1 $peer.Port
        $found = Wait-TcpMessage 'login: ' $client -TimeoutSec 10
        $found.Before | Should -BeExactly "Debian GNU`n"
        $client.InboxLength | Should -Be 0
    }
}
