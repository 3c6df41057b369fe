[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'A test sees the variables of its BeforeEach.')]
param()

BeforeAll {
    . $PSScriptRoot/common.ps1
    . $PSScriptRoot/foreign-servers.ps1
}

Describe 'Redis' {
    BeforeEach {
        Skip-Without redis-server
        $redis = Connect-TcpChat 127.0.0.1 (Start-RedisServer).Port -LineEnding CrLf -MaximumMessageSize 2MB
    }

    AfterEach {
        Clear-TcpChat
    }

    It 'answers PING, SET and GET' {
        'PING', 'SET greeting "hello, 你好"', 'GET greeting' | Send-TcpMessage -Session $redis
        (Receive-TcpMessage $redis -Count 4 -TimeoutSec 10).Text | Should -Be '+PONG', '+OK', '$13', 'hello, 你好'
    }

    It 'keeps a value of a megabyte' {
        $value = 'Sixteen letters.' * 64KB
        Send-TcpMessage "*3`r`n`$3`r`nSET`r`n`$3`r`nbig`r`n`$1048576`r`n$value" $redis
        Send-TcpMessage 'GET big' $redis
        $answer = @(Receive-TcpMessage $redis -Count 3 -TimeoutSec 20)
        $answer[0, 1].Text | Should -Be '+OK', '$1048576'
        $answer[2].Text -ceq $value | Should -BeTrue
    }

    It 'answers a hundred commands at once, in order' {
        Send-TcpMessage ((@('INCR count') * 100) -join "`r`n") $redis
        (Receive-TcpMessage $redis -Count 100 -TimeoutSec 10).Text | Should -Be (1..100 | ForEach-Object { ":$_" })
    }
}

Describe 'The examples of conversations' {
    AfterEach {
        Clear-TcpChat
    }

    It 'talk to Redis as to the fake' {
        Skip-Without redis-server
        $said = & $repositoryRoot/examples/redis-conversation.ps1 -ComputerName 127.0.0.1 -Port (Start-RedisServer).Port
        $said | Should -HaveCount 18
        $said | Should -Contain 'Redis    1, 2, 3, ..., 99, 100'
        $said | Should -Contain 'Redis    took 2 keys away'
    }

    It 'join a channel of ngircd' {
        Skip-Without (Get-IrcServer)
        $said = & $repositoryRoot/examples/irc-channel.ps1 -ComputerName 127.0.0.1 -Port (Start-IrcServer).Port -Hear 1 -TimeoutSec 0.2
        $said[1] | Should -Be 'System   in #tcpchat: @ada'
        $said[-2, -1] | Should -Be 'System   nobody said more within 0.2 s', 'System   left; answered 1 PING'
    }

    It 'deliver a mail to aiosmtpd' {
        Skip-Without aiosmtpd
        $server = Start-SmtpServer
        $said = & $repositoryRoot/examples/smtp-delivery.ps1 -ComputerName 127.0.0.1 -Port $server.Port -To dan@example.test
        $said[-1] | Should -Be 'Server   221 Bye'
        $mail = Get-Content (Get-ChildItem (Join-Path $server.Folder mail/new))
        $mail | Should -Contain 'X-RcptTo: dan@example.test'
        $mail[-7..-1] | Should -Be 'Dear both,', '', 'the next line is only a dot:', '.', '.. and this begins with two.', '', 'Yours, Ada 😀'
    }
}

Describe 'IRC' {
    BeforeEach {
        Skip-Without (Get-IrcServer)
        $port = (Start-IrcServer).Port

        # Waits for a line like this, and gives it; a PING is answered wherever it comes.
        function Wait-Line {
            param($Session, [string] $Pattern)
            while ($true) {
                $heard = Wait-TcpMessage '^PING (.*)\n', "^$Pattern.*\n" $Session -TimeoutSec 10
                if ($heard.Pattern -notlike '*PING*') {
                    return $heard.Match.TrimEnd()
                }

                Send-TcpMessage "PONG $($heard.Groups[1])" $Session
                $pinged.Add($Session.Name)
            }
        }

        $pinged = [System.Collections.Generic.List[string]]::new()
    }

    AfterEach {
        Clear-TcpChat
    }

    It 'lets in two of our clients, who talk to each other' {
        $ada, $bob = foreach ($nick in 'ada', 'bob') {
            $session = Connect-TcpChat 127.0.0.1 $port -Name $nick -LineEnding CrLf
            "NICK $nick", "USER $nick 0 * :$nick" | Send-TcpMessage -Session $session
            $null = Wait-Line $session ':\S+ 001 '
            'JOIN #test' | Send-TcpMessage -Session $session
            $null = Wait-Line $session ':\S+ 366 '
            $session
        }
        $pinged | Should -Be 'ada', 'bob'
        Wait-Line $ada ':bob!\S+ JOIN ' | Should -BeLike ':bob!*'

        'PRIVMSG #test :hello all' | Send-TcpMessage -Session $ada
        Wait-Line $bob ':ada!\S+ PRIVMSG ' | Should -BeLike ':ada!* PRIVMSG #test :hello all'
        'PRIVMSG ada :hello ada' | Send-TcpMessage -Session $bob
        Wait-Line $ada ':bob!\S+ PRIVMSG ' | Should -BeLike ':bob!* PRIVMSG ada :hello ada'
    }
}

Describe 'SMTP' {
    BeforeEach {
        Skip-Without aiosmtpd
        $server = Start-SmtpServer
        $smtp = Connect-TcpChat 127.0.0.1 $server.Port -LineEnding CrLf

        # The lines of an answer: the last has a space after its code.
        function Read-Answer {
            (Wait-TcpMessage '^\d{3} .*\n' $smtp -TimeoutSec 10).Text.TrimEnd() -split '\n'
        }
    }

    AfterEach {
        Clear-TcpChat
    }

    It 'delivers a mail as it was sent' {
        $mail = 'Subject: Dots', '', 'one', '.', '..two', ' .', '', 'end'
        Read-Answer | Should -BeLike '220 *'
        'EHLO here.example.test' | Send-TcpMessage -Session $smtp
        $features = @(Read-Answer)
        $features | Should -HaveCount 3
        $features[0] | Should -BeLike '250-*'
        foreach ($command in 'MAIL FROM:<ada@example.test>', 'RCPT TO:<bob@example.test>') {
            $command | Send-TcpMessage -Session $smtp
            Read-Answer | Should -Be '250 OK'
        }
        'DATA' | Send-TcpMessage -Session $smtp
        Read-Answer | Should -BeLike '354 *'
        $mail -replace '^\.', '..' | Send-TcpMessage -Session $smtp
        '.', 'QUIT' | Send-TcpMessage -Session $smtp
        Read-Answer | Should -Be '250 OK'
        Read-Answer | Should -Be '221 Bye'
        (Wait-TcpChatSession $smtp -TimeoutSec 10).CloseReason | Should -Be 'PeerClosed'

        # The server adds lines of its own where the headers end.
        $delivered = @(Get-ChildItem (Join-Path $server.Folder mail/new))
        $delivered | Should -HaveCount 1
        Get-Content $delivered | Where-Object { $_ -notlike 'X-*' } | Should -Be $mail
    }
}
