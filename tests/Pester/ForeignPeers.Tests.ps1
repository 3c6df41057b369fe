[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'A test sees the variables of its BeforeEach.')]
param()

BeforeAll {
    . $PSScriptRoot/common.ps1

    # A port at which another program listens, told by its own output.
    function Wait-Listening {
        param($Program)
        $line = $Program.Process.StandardError.ReadLineAsync()
        while ($line.Wait($patience * 1000) -and $null -ne $line.Result) {
            if ($line.Result -match 'istening on .*?:(\d+)$') {
                return [int]$Matches[1]
            }

            $line = $Program.Process.StandardError.ReadLineAsync()
        }

        throw 'The program does not listen.'
    }

    function Send-Line {
        param($Program, [string] $Text)
        $Program.Process.StandardInput.Write($Text)
        $Program.Process.StandardInput.Flush()
    }
}

Describe 'ncat as a client of our server' {
    BeforeEach {
        Skip-Without ncat
    }

    AfterEach {
        Clear-TcpChat
    }

    It 'talks line by line, both ways' {
        $server = Start-TcpChatServer -Greeting 'welcome'
        $ncat = Start-TestProgram ncat 127.0.0.1, $server.Port
        $null = Wait-TestPeer $ncat 'welcome'
        foreach ($number in 1..3) {
            Send-Line $ncat "question $number`n"
            $message = Receive-TcpMessage $server -TimeoutSec 10
            $message.Text | Should -Be "question $number"
            $message | Send-TcpMessage "answer $number"
            Wait-TestPeer $ncat 'answer*' | Should -Be "answer $number"
        }
    }

    It 'gets its answer even where it has said all at once and closed its side' {
        $server = Start-TcpChatServer
        $ncat = Start-TestProgram ncat 127.0.0.1, $server.Port
        Send-Line $ncat 'hi'
        $ncat.Process.StandardInput.Close()
        $message = Receive-TcpMessage $server -TimeoutSec 10
        $message.Text | Should -Be 'hi'
        $message | Send-TcpMessage 'hi yourself'
        Wait-TestPeer $ncat 'hi*' | Should -Be 'hi yourself'
        $ncat.Process.WaitForExit($patience * 1000) | Should -BeTrue
        $ncat.Process.ExitCode | Should -Be 0
        (Wait-TcpChatSession $message -TimeoutSec 10).CloseReason | Should -Be 'PeerClosed'
    }

    It 'gets its echo after it has closed its side' {
        $server = Start-TcpChatServer -Echo
        $ncat = Start-TestProgram ncat 127.0.0.1, $server.Port
        Send-Line $ncat "one`ntwo`n"
        $ncat.Process.StandardInput.Close()
        Wait-TestPeer $ncat 'one' | Should -Be 'one'
        Wait-TestPeer $ncat 'two' | Should -Be 'two'
        $ncat.Process.WaitForExit($patience * 1000) | Should -BeTrue
    }

    It 'sends text without a line end, which -Framing Raw takes' {
        $server = Start-TcpChatServer -Framing Raw
        $ncat = Start-TestProgram ncat 127.0.0.1, $server.Port
        Send-Line $ncat 'no line end'
        $message = Receive-TcpMessage $server -TimeoutSec 10
        $message.Text | Should -Be 'no line end'
        $message | Send-TcpMessage "answer with one`n"
        Wait-TestPeer $ncat 'answer*' | Should -Be 'answer with one'
    }

    It 'ends when the server stops' {
        $server = Start-TcpChatServer
        $ncat = Start-TestProgram ncat 127.0.0.1, $server.Port
        $null = Wait-TcpChatSession -Server $server -TimeoutSec 10
        Stop-TcpChatServer $server
        $ncat.Process.StandardOutput.ReadToEndAsync().Wait($patience * 1000) | Should -BeTrue
    }

    It 'talks to other ncats through a script' {
        $server = Start-TcpChatServer
        $ncats = 1..3 | ForEach-Object { Start-TestProgram ncat 127.0.0.1, $server.Port }
        $null = Wait-TcpChatSession -Server $server -Count 3 -TimeoutSec 10
        Send-Line $ncats[0] "hello all`n"
        Receive-TcpMessage $server -TimeoutSec 10 | ForEach-Object { Send-TcpMessage "<$($_.Sender)> $_" -Server $server -All }
        foreach ($ncat in $ncats) {
            Wait-TestPeer $ncat '*hello all' | Should -Match '^<127\.0\.0\.1:\d+> hello all$'
        }
    }
}

Describe 'ncat as a client of each model' {
    BeforeEach {
        Skip-Without ncat
        $conversation = {
            param($Session)
            Receive-TcpMessage $Session -Follow | ForEach-Object {
                "client say:$_"
                $_ | Send-TcpMessage "Hello $_"
            }
            ' client shutdown !'
        }
    }

    AfterEach {
        Clear-TcpChat
    }

    It 'is served beside others by -Model <Model>' -ForEach @(
        @{ Model = 'Concurrent' }
        @{ Model = 'Process' }
    ) {
        $server = Start-TcpChatServer -Model $Model -ScriptBlock $conversation
        $ncats = 1..3 | ForEach-Object { Start-TestProgram ncat 127.0.0.1, $server.Port }
        foreach ($number in 1..3) {
            Send-Line $ncats[$number - 1] "Client$number`n"
            Wait-TestPeer $ncats[$number - 1] '*' -TimeoutSec 60 | Should -Be "Hello Client$number"
        }

        $server.SessionCount | Should -Be 3
        if ($Model -eq 'Process') {
            @($server.ChildJobs.ProcessId) + $PID | Select-Object -Unique | Should -HaveCount 4
        }

        $ncats.Process | ForEach-Object { $_.StandardInput.Close() }
        Wait-TcpChatSession -Server $server -Count 0 -TimeoutSec 10
        $said = @($server.ChildJobs | ForEach-Object { @(Receive-Job $_) -join '/' })
        1..3 | ForEach-Object { $said | Should -Contain "client say:Client$_/ client shutdown !" }
    }

    It 'is served when the one before has gone by -Model Iterative' {
        $server = Start-TcpChatServer -Model Iterative -ScriptBlock $conversation
        $first = Start-TestProgram ncat 127.0.0.1, $server.Port
        Send-Line $first "Client1`n"
        Wait-TestPeer $first '*' | Should -Be 'Hello Client1'

        $second = Start-TestProgram ncat 127.0.0.1, $server.Port
        Send-Line $second "Client2`n"
        if ($IsLinux) {
            Wait-Until { $server.AcceptQueueLength -eq 1 }
        }

        $server.Accepted | Should -Be 1
        $first.Process.StandardInput.Close()
        Wait-TestPeer $second '*' | Should -Be 'Hello Client2'
        Receive-Job $server | Should -Be 'client say:Client1', ' client shutdown !', 'client say:Client2'
    }
}

Describe 'ncat as a server of our client' {
    BeforeEach {
        Skip-Without ncat
    }

    AfterEach {
        Clear-TcpChat
    }

    It 'talks line by line, both ways' {
        # It does not tell which port the system chose for 0.
        $ncat = Start-TestProgram ncat '-v', '-l', '127.0.0.1', (Get-FreePort)
        $session = Connect-TcpChat 127.0.0.1 (Wait-Listening $ncat)
        'from us' | Send-TcpMessage -Session $session
        Wait-TestPeer $ncat '*' | Should -Be 'from us'
        Send-Line $ncat "from ncat`n"
        (Receive-TcpMessage $session -TimeoutSec 10).Text | Should -Be 'from ncat'
        Disconnect-TcpChat $session
        $ncat.Process.StandardOutput.ReadToEndAsync().Wait($patience * 1000) | Should -BeTrue
    }
}

Describe 'socat' {
    BeforeEach {
        Skip-Without socat
    }

    AfterEach {
        Clear-TcpChat
    }

    It 'talks to our server in lines that end in CR and LF' {
        $server = Start-TcpChatServer -LineEnding CrLf
        $socat = Start-TestProgram socat 'STDIO', "TCP4:127.0.0.1:$($server.Port),crnl"
        Send-Line $socat "HELO there`n"
        $message = Receive-TcpMessage $server -TimeoutSec 10
        $message.Text | Should -Be 'HELO there'
        $message | Send-TcpMessage '250 well met'
        Wait-TestPeer $socat '250*' | Should -Be '250 well met'
    }

    It 'shows the CR and LF that we send' {
        $server = Start-TcpChatServer -LineEnding CrLf
        $socat = Start-TestProgram socat 'STDIO', "TCP4:127.0.0.1:$($server.Port)"
        $session = Wait-TcpChatSession -Server $server -TimeoutSec 10
        'bye' | Send-TcpMessage -Session $session
        Disconnect-TcpChat $session
        $socat.Process.StandardInput.Close()
        $read = $socat.Process.StandardOutput.ReadToEndAsync()
        $read.Wait($patience * 1000) | Should -BeTrue
        $read.Result | Should -Be "bye`r`n"
    }

    It 'is a server of our client' {
        $socat = Start-TestProgram socat '-d', '-d', 'TCP4-LISTEN:0,bind=127.0.0.1', 'EXEC:cat'
        $session = Connect-TcpChat 127.0.0.1 (Wait-Listening $socat)
        'echoed by cat' | Send-TcpMessage -Session $session
        (Receive-TcpMessage $session -TimeoutSec 10).Text | Should -Be 'echoed by cat'
    }
}
