# Enter-TcpChat in pwsh in real terminals: windows of a tmux server of one's own, typed into and looked at.

BeforeAll {
    . $PSScriptRoot/common.ps1

    function Invoke-Tmux {
        $said = & timeout 30 tmux -u -S $tmuxSocket -f /dev/null @args 2>&1
        if ($LASTEXITCODE -ne 0) {
            throw "tmux $($args[0]): $said"
        }

        $said
    }

    <#
    .SYNOPSIS
    Opens a window with a pwsh in it that runs a script and stays.
    #>
    function Open-Terminal {
        param([string] $Name, [string] $Script)
        $file = Join-Path $TestDrive "$Name.ps1"
        Set-Content -LiteralPath $file -Value "Import-Module '$manifestPath'", $Script
        Invoke-Tmux new-session -d -s $Name -x 100 -y 30 ([System.Environment]::ProcessPath) -NoLogo -NoProfile -NoExit -File $file
    }

    <#
    .SYNOPSIS
    Gives the rows of a window, without the times at which lines came.
    #>
    function Get-Terminal {
        param([string] $Name)
        @(Invoke-Tmux capture-pane -p -S - -t $Name) | ForEach-Object { $_.TrimEnd() -replace '^\d\d:\d\d:\d\d ', 'hh:mm:ss ' }
    }

    <#
    .SYNOPSIS
    Waits until a row of a window has this in it; gives the row.
    #>
    function Wait-Terminal {
        param([string] $Name, [string] $Text)
        # There is no event to wait for: a terminal is looked at.
        $limit = [System.Diagnostics.Stopwatch]::StartNew()
        while ($true) {
            $rows = Get-Terminal $Name
            $found = @($rows).Where({ $_.Contains($Text) }, 'First')
            if ($found) {
                return $found[0]
            }

            if ($limit.Elapsed.TotalSeconds -gt 60) {
                throw "The window $Name does not show '$Text', but:`n$($rows -join "`n")"
            }

            Start-Sleep -Milliseconds 50
        }
    }

    <#
    .SYNOPSIS
    Types a line.
    #>
    function Send-Terminal {
        param([string] $Name, [string] $Text, [switch] $NoEnter)
        Invoke-Tmux send-keys -t $Name -l -- $Text
        if (-not $NoEnter) {
            Invoke-Tmux send-keys -t $Name Enter
        }
    }

    <#
    .SYNOPSIS
    Starts a server in a terminal that then does what is said; gives its port.
    #>
    function Open-ServerTerminal {
        param([string] $Option, [string] $Then)
        Open-Terminal server "`$server = Start-TcpChatServer 0 $Option; ""port `$(`$server.Port).""; $Then"
        [int]((Wait-Terminal server 'port ') -replace '\D')
    }
}

Describe 'Enter-TcpChat in a terminal' -Skip:(-not (Get-Command tmux -ErrorAction Ignore)) {
    BeforeEach {
        $script:tmuxSocket = Join-Path $TestDrive "socket-$([guid]::NewGuid().ToString('N'))"
        $script:localeBefore = $env:LC_ALL
        $env:LC_ALL = 'C.UTF-8'
    }

    AfterEach {
        Invoke-Tmux kill-server
        $env:LC_ALL = $localeBefore
    }

    It 'holds the conversation of two terminals, a line coming while one is half typed' {
        $port = Open-ServerTerminal '-Framing Raw' 'Enter-TcpChat (Wait-TcpChatSession -Server $server -TimeoutSec 60)'
        Open-Terminal client "Enter-TcpChat -Port $port -Framing Raw"
        $null = Wait-Terminal client 'You want to say:'
        Send-Terminal client 'hello Server!'
        $null = Wait-Terminal server 'client say:hello Server!'
        Send-Terminal server 'hello Client!'
        $null = Wait-Terminal client 'server say:hello Client!'
        Send-Terminal client '我在打字' -NoEnter
        $null = Wait-Terminal client '我在打字'
        Send-Terminal server '你好 👍'
        $null = Wait-Terminal client 'server say:你好 👍'
        Invoke-Tmux resize-window -t client -x 60
        Send-Terminal client ' 😀'
        $null = Wait-Terminal server 'client say:我在打字 😀'
        Invoke-Tmux send-keys -t client Up Up Home DC
        Send-Terminal client 'H'
        $null = Wait-Terminal server 'client say:Hello Server!'
        Invoke-Tmux send-keys -t client C-c
        $null = Wait-Terminal server 'client shutdown!'

        # Both are back at their prompts, and hear what is typed.
        Send-Terminal server '"server is $($server.State)."'
        $null = Wait-Terminal server 'server is Running.'
        Send-Terminal client '"client has $(@(Get-TcpChatSession).Count)."'
        $null = Wait-Terminal client 'client has 0.'
        $rows = Get-Terminal client
        $first = [array]::IndexOf($rows, 'You want to say:hello Server!')
        $rows[$first..($first + 5)] | Should -Be @(
            'You want to say:hello Server!'
            'hh:mm:ss server say:hello Client!'
            'hh:mm:ss server say:你好 👍'
            'You want to say:我在打字 😀'
            'You want to say:Hello Server!'
            'You want to say:^C'
        )
    }

    It 'holds the conversation of three terminals, with an operator; the clients hear the server go' {
        $port = Open-ServerTerminal '' 'Enter-TcpChat -AsOperator $server; Stop-TcpChatServer $server'
        Open-Terminal client1 "Enter-TcpChat -Port $port"
        $first = ((Wait-Terminal server 'is here') -split ' ')[2]
        Open-Terminal client2 "Enter-TcpChat -Port $port"
        $null = Wait-Terminal client1 'You want to say:'
        $null = Wait-Terminal client2 'You want to say:'
        Send-Terminal client1 "Hi! I'm ClientA!"
        $null = Wait-Terminal server "say:Hi! I'm ClientA!"
        Send-Terminal client2 "Hi! I'm ClientB!"
        $second = ((Wait-Terminal server "say:Hi! I'm ClientB!") -split ' ')[2]
        Send-Terminal server "/to $first"
        $null = Wait-Terminal server "you want to say to ${first}:"
        Send-Terminal server "Hi! ClientA! I'm Server!"
        $null = Wait-Terminal client1 "server say:Hi! ClientA! I'm Server!"
        Send-Terminal server "/to $second"
        $null = Wait-Terminal server "you want to say to ${second}:"
        Send-Terminal server "Hi! ClientB! I'm Server!"
        $null = Wait-Terminal client2 "server say:Hi! ClientB! I'm Server!"
        Get-Terminal client1 | Should -Not -Contain "hh:mm:ss server say:Hi! ClientB! I'm Server!"
        Invoke-Tmux send-keys -t client1 C-d
        $null = Wait-Terminal server 'shutdown!'
        Invoke-Tmux send-keys -t server C-d
        $null = Wait-Terminal client2 'hh:mm:ss server shutdown!'
    }

    It 'sends each of 200 pasted lines, in order, and shows what a hostile peer sends as harmless text' {
        $lines = 1..200 | ForEach-Object { "line ${_}: 你好，世界 👍 and more of it" }
        $file = Join-Path $TestDrive 'paste.txt'
        Set-Content -LiteralPath $file -Value $lines
        $port = Open-ServerTerminal '' @"
            `$heard = @(Receive-TcpMessage -Server `$server -Count 200 -TimeoutSec 60)
            "heard `$(`$heard.Count), the same: `$((`$heard.Text -join ',') -eq ((Get-Content '$file') -join ','))."
            Send-TcpMessage "``e[2J``e]0;owned``a``e[8mhidden" `$server.Sessions
"@
        Open-Terminal client "Enter-TcpChat -Port $port"
        $null = Wait-Terminal client 'You want to say:'
        Invoke-Tmux load-buffer $file
        Invoke-Tmux paste-buffer -t client
        $null = Wait-Terminal server 'heard 200, the same: True.'
        $null = Wait-Terminal client 'server say:␛[2J␛]0;owned␇␛[8mhidden'
        $null = Wait-Terminal client 'You want to say:line 200:'
    }
}

Describe 'Enter-TcpChat without a terminal' {
    AfterEach {
        Clear-TcpChat
    }

    It 'sends the lines of its standard input and shows the answers until nothing more comes' {
        $server = Start-TcpChatServer -OnMessage { "you said $_" }
        $file = Join-Path $TestDrive 'plain.ps1'
        Set-Content -LiteralPath $file -Value "Import-Module '$manifestPath'; Enter-TcpChat -Port $($server.Port) -IdleTimeoutSec 1; 'done'"
        $said = @('one', 'zwei ü', '//three' | & ([System.Environment]::ProcessPath) -NoProfile -File $file)
        $said -replace '^\d\d:\d\d:\d\d ' -like 'server say:*' | Should -Be 'server say:you said one', 'server say:you said zwei ü', 'server say:you said /three'
        $said[-1] | Should -Be 'done'
        $LASTEXITCODE | Should -Be 0
    }

    It 'neither asks nor fails where the shell is not interactive' {
        $talk = New-Conversation
        Send-TcpMessage 'hello' $talk.Remote
        $start = [System.Diagnostics.ProcessStartInfo]::new([System.Environment]::ProcessPath, [string[]]@(
                '-NoProfile', '-NonInteractive', '-Command', "Import-Module '$manifestPath'; Enter-TcpChat -Port $($talk.Server.Port) -IdleTimeoutSec 0.1; 'done'"))
        $start.RedirectStandardInput = $true
        $start.RedirectStandardOutput = $true
        $process = [System.Diagnostics.Process]::Start($start)
        $process.StandardInput.Close()
        $process.WaitForExit(60000) | Should -BeTrue
        $process.StandardOutput.ReadToEnd().Trim() | Should -Be 'done'
        $process.ExitCode | Should -Be 0
    }

    It 'can be redirected' {
        $talk = New-Conversation
        Send-TcpMessage 'hello' $talk.Remote
        Disconnect-TcpChat $talk.Remote
        $said = Start-Shell { Enter-TcpChat $talk.Client 6>&1 | ForEach-Object { "$_" } } @{ talk = $talk } | ForEach-Object { Receive-Shell $_ }
        $said -replace '^\S+ ' | Should -Be 'server say:hello', 'server shutdown!'
    }
}
