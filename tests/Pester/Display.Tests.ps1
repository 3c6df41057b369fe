[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'A test sees the variables of its BeforeEach.')]
param()

BeforeAll {
    . $PSScriptRoot/common.ps1

    # What a terminal of 80 columns would be sent, without PowerShell's own colours.
    function Show {
        [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseApprovedVerbs', '', Justification = 'A test helper.')]
        param([Parameter(ValueFromPipeline)] $InputObject)
        begin { $all = [System.Collections.Generic.List[object]]::new() }
        process { $all.Add($InputObject) }
        end {
            $rendering = $PSStyle.OutputRendering
            $PSStyle.OutputRendering = 'PlainText'
            try {
                ($all | Out-String -Width 80) -replace "`r`n", "`n"
            }
            finally {
                $PSStyle.OutputRendering = $rendering
            }
        }
    }

    # Characters that a terminal obeys, but for the ends of lines.
    $active = '[\x00-\x09\x0B-\x1F\x7F-\x9F\u202A-\u202E\u2066-\u2069]'
}

Describe 'Display' {
    BeforeEach {
        $talk = New-Conversation @{ Name = 'shown' }
    }

    AfterEach {
        Clear-TcpChat
    }

    It 'shows a server as a table of 80 columns' {
        $lines = ($talk.Server | Show).Trim() -split "`n"
        $lines[0] | Should -Match '^Id\s+Name\s+State\s+Location\s+Sessions\s+In\s+Out\s*$'
        $lines[2] | Should -Match "^\s*$($talk.Server.Id) shown\s+Running\s+127\.0\.0\.1:$($talk.Server.Port)\s+1\s+0\s+0$"
        $lines | ForEach-Object Length | Should -Not -BeGreaterThan 80
    }

    It 'shows sessions as a table of 80 columns' {
        $text = $talk.Client, $talk.Remote | Show
        $lines = $text.Trim() -split "`n"
        $lines[0] | Should -Match '^Id\s+Name\s+State\s+RemoteEndPoint\s+In\s+Out\s+CloseReason\s*$'
        $lines | Should -HaveCount 4
        $lines[2] | Should -Match 'Open'
        $lines[3] | Should -Match 'Open'
        $lines | ForEach-Object Length | Should -Not -BeGreaterThan 80
    }

    It 'shows tests of connections as a table of 80 columns' {
        $echo = Start-TcpChatServer -Echo
        $text = 'localhost', 'a computer with a long name' | Test-TcpChat -Port $echo.Port -Count 2 | Show
        $lines = $text.Trim() -split "`n"
        $lines[0] | Should -Match '^ComputerName\s+Port\s+Succeeded\s+ConnectMs\s+Echoes\s+MedianMs\s+ErrorCode\s*$'
        $lines[2] | Should -Match "^localhost\s+$($echo.Port)\s+True\s+[\d.,]+\s+2/2\s+[\d.,]+\s*$"
        $lines[3] | Should -Match 'False.*(NameNotFound|ConnectTimeout)'
        $lines | ForEach-Object Length | Should -Not -BeGreaterThan 80
    }

    It 'shows why a session ended' {
        Disconnect-TcpChat $talk.Remote
        $talk.Remote | Show | Should -Match 'Closed.*LocalClosed'
    }

    It 'shows a session in full where it is asked for' {
        $text = $talk.Client | Format-List | Show
        $text | Should -Match 'RemoteEndPoint\s+: 127\.0\.0\.1'
        $text | Should -Match 'BytesReceived\s+: 0'
    }

    It 'shows a message as a line of conversation' {
        'Hello, world' | Send-TcpMessage -Session $talk.Client
        $text = Receive-TcpMessage $talk.Server -TimeoutSec 10 | Show
        $text.Trim() | Should -Match '^\d\d:\d\d:\d\d 127\.0\.0\.1:\d+: Hello, world$'
    }

    It 'shows messages one under the other, with no empty lines between' {
        'one', 'two', 'three' | Send-TcpMessage -Session $talk.Client
        $text = Receive-TcpMessage $talk.Server -Count 3 -TimeoutSec 10 | Show
        $text.Trim() -split "`n" | Should -HaveCount 3
    }

    It 'shows messages in a table where it is asked for' {
        'one' | Send-TcpMessage -Session $talk.Client
        $text = Receive-TcpMessage $talk.Server -TimeoutSec 10 | Format-Table | Show
        $text | Should -Match 'ReceivedAt\s+Sender\s+Text'
        $text | Should -Match '1\s+\d\d:\d\d:\d\d.*one'
    }

    It 'shows a message in full with Format-List' {
        'one' | Send-TcpMessage -Session $talk.Client
        $text = Receive-TcpMessage $talk.Server -TimeoutSec 10 | Format-List | Show
        $text | Should -Match 'Text\s+: one'
        $text | Should -Match 'Sequence\s+: 1'
    }
}

Describe 'Text of a hostile peer' {
    BeforeEach {
        $talk = New-Conversation
        # Clears the screen, sets the title, rings, goes back, deletes, C1, and turns the direction of writing.
        $hostile = "a`e[2J`e]0;owned`a`b`r`u{7F}`u{9B}31m`u{202E}z"
        $hostile | Send-TcpMessage -Session $talk.Client
        Wait-Until { $talk.Remote.InboxLength -eq 1 }
    }

    AfterEach {
        Clear-TcpChat
    }

    It 'never reaches the terminal raw: <How>' -ForEach @(
        @{ How = 'as it comes'; Format = { Receive-TcpMessage $talk.Server } }
        @{ How = 'Format-List'; Format = { Receive-TcpMessage $talk.Server | Format-List } }
        @{ How = 'Format-Table'; Format = { Receive-TcpMessage $talk.Server | Format-Table } }
        @{ How = 'Format-Table -Wrap'; Format = { Receive-TcpMessage $talk.Server | Format-Table -Wrap } }
        @{ How = 'Format-Custom'; Format = { Receive-TcpMessage $talk.Server | Format-Custom } }
        @{ How = 'among other objects'; Format = { Get-Process -Id $PID; Receive-TcpMessage $talk.Server; Get-Date } }
        @{ How = 'after a server'; Format = { $talk.Server; Receive-TcpMessage $talk.Server } }
        @{ How = 'after a session'; Format = { $talk.Client; Receive-TcpMessage $talk.Server } }
        @{ How = 'Receive-Job'; Format = { Receive-Job $talk.Server } }
    ) {
        $text = & $Format | Show
        $text | Should -Match 'z'
        $text | Should -Not -Match $active
        $text | Should -Match "`u{241B}"
    }

    It 'never reaches the terminal raw by a job that has it waiting: <How>' -ForEach @(
        @{ How = 'Get-Job'; Format = { Get-Job } }
        @{ How = 'Get-Job -IncludeChildJob'; Format = { Get-Job -IncludeChildJob } }
        @{ How = 'child jobs'; Format = { $talk.Server.ChildJobs } }
        @{ How = 'child jobs after a server'; Format = { $talk.Server; $talk.Server.ChildJobs } }
        @{ How = 'child jobs after another object'; Format = { Get-Process -Id $PID; $talk.Server.ChildJobs } }
        @{ How = 'Format-List of a server'; Format = { $talk.Server | Format-List } }
        @{ How = 'Format-List of a child job'; Format = { $talk.Server.ChildJobs | Format-List } }
        @{ How = 'sessions'; Format = { Get-TcpChatSession } }
        @{ How = 'Format-List of sessions'; Format = { Get-TcpChatSession | Format-List } }
    ) {
        & $Format | Show | Should -Not -Match $active
        (Receive-TcpMessage $talk.Server -TimeoutSec 0).Text | Should -Be $hostile
    }

    It 'is untouched in the object' {
        $message = Receive-TcpMessage $talk.Server
        $message.Text | Should -Be $hostile
        "$message" | Should -Be $hostile
    }
}

Describe 'Child jobs' {
    AfterEach {
        Clear-TcpChat
    }

    It 'are shown as a table, also after their server' {
        $talk = New-Conversation @{ Name = 'shown' }
        foreach ($text in ($talk.Server.ChildJobs | Show), (Get-Job -IncludeChildJob | Show)) {
            $lines = $text.Trim() -split "`n"
            $lines.Count | Should -BeLessThan 8
            $lines | ForEach-Object Length | Should -Not -BeGreaterThan 80
            $text | Should -Match "$($talk.Client.LocalEndPoint)"
        }
    }
}
