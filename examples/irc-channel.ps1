<#
.SYNOPSIS
    Logs in to IRC, joins a channel, says something, and hears what others say.

.DESCRIPTION
    An IRC server says many things that nobody waits for, and now and then asks whether one is there (PING), which must be
    answered, whatever one is waiting for. So Wait-TcpMessage waits for what is hoped for, for a refusal and for a PING at
    once; what comes first in the stream counts.

    Where no server is named, the script starts a small fake, in whose channel somebody called echo answers.

    What others say is shown without its control characters: they could be commands for the terminal.

    Runs the same in pwsh and in tcpchat.

.PARAMETER ComputerName
    The computer that the IRC server runs on. None: the script talks to a fake of its own.

.PARAMETER Port
    Its port, without TLS.

.PARAMETER Nick
    Under which name to log in.

.PARAMETER Channel
    Which channel to join.

.PARAMETER Say
    What to say there, line by line.

.PARAMETER Hear
    How many messages of others to wait for before leaving.

.PARAMETER TimeoutSec
    How long to wait for each of them, in seconds.

.EXAMPLE
    ./examples/irc-channel.ps1

.EXAMPLE
    ./examples/irc-channel.ps1 -ComputerName irc.example.test -Nick ada -Channel '#powershell' -Say 'Hello all' -Hear 10 -TimeoutSec 600
#>
#Requires -Version 7.6
[CmdletBinding()]
param(
    [string] $ComputerName,

    [ValidateRange(1, 65535)]
    [int] $Port = 6667,

    [ValidatePattern('^[a-zA-Z\[\]\\`_^{|}][a-zA-Z0-9\[\]\\`_^{|}-]*$')]
    [string] $Nick = 'ada',

    [ValidatePattern('^[#&+!][^\s,:\a]+$')]
    [string] $Channel = '#tcpchat',

    # A line end in it would begin another command.
    [ValidatePattern('^[^\r\n]*$')]
    [string[]] $Say = @('Hello from PowerShell!', '你好 😀'),

    [ValidateRange(0, [int]::MaxValue)]
    [int] $Hear = $Say.Count,

    [ValidateRange(0, 86400)]
    [double] $TimeoutSec = 30
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

if (-not (Get-Module -Name TcpChat)) {
    Import-Module -Name "$PSScriptRoot/../TcpChat.psd1"
}

# Waits for a line like this, and gives its groups. Meanwhile it answers who asks whether we are there.
function Wait-Line {
    param([string] $Pattern, [double] $TimeoutSec = 30)

    $ping = '^PING (?<Token>.*)\n'
    # That there is no message of the day (422) is no refusal.
    $refusal = '^(:\S+ (?!422)[45]\d\d|ERROR) .*\n'
    do {
        $heard = $irc | Wait-TcpMessage -Pattern $ping, $Pattern, $refusal -TimeoutSec $TimeoutSec
        if ($heard.Pattern -eq $ping) {
            $irc | Send-TcpMessage "PONG $($heard.Groups['Token'])"
            $script:pings++
        }
    } while ($heard.Pattern -eq $ping)

    if ($heard.Pattern -eq $refusal) {
        throw "The server refuses: $(Format-Text $heard.Match)"
    }

    $heard.Groups
}

function Format-Text {
    param([string] $Text)

    $Text -replace '\p{Cc}'
}

# What an IRC server would do, as far as this example asks for it.
$fake = {
    param($Session)

    $nick = '*'
    Receive-TcpMessage -Session $Session -Follow | ForEach-Object {
        $command, $first, $rest = $_.Text -split ' ', 3
        $me = "${nick}!~${nick}@127.0.0.1"
        $answer = switch ($command) {
            'NICK' { $nick = $first }
            'USER' { 'PING :are-you-there' }
            'PONG' {
                ":fake 001 $nick :Welcome, $nick"
                ":fake 376 $nick :End of MOTD command"
            }
            'JOIN' {
                ":$me JOIN :$first"
                ":fake 353 $nick = ${first} :$nick @echo"
                ":fake 366 $nick $first :End of NAMES list"
            }
            'PRIVMSG' { ":echo!~echo@127.0.0.1 PRIVMSG $first ${rest}, says $nick" }
            'QUIT' { 'ERROR :Good-bye' }
            default { ":fake 421 $nick $command :Unknown command" }
        }
        $answer | Send-TcpMessage -Session $Session
        if ($command -eq 'QUIT') {
            $Session | Disconnect-TcpChat
        }
    }
}

$pings = 0
$server = $null
$irc = $null
try {
    if (-not $ComputerName) {
        $server = Start-TcpChatServer -Name 'FakeIrc' -LineEnding CrLf -ScriptBlock $fake
        $ComputerName = '127.0.0.1'
        $Port = $server.Port
        "System   no -ComputerName is given: a small fake of IRC answers at $($server.LocalEndPoint)"
    }

    $irc = Connect-TcpChat -ComputerName $ComputerName -Port $Port -LineEnding CrLf
    "NICK $Nick", "USER $Nick 0 * :$Nick" | Send-TcpMessage -Session $irc
    "System   $(Format-Text (Wait-Line '^:\S+ 001 \S+ :?(?<Text>.*)\n').Text)"

    $irc | Send-TcpMessage "JOIN $Channel"
    $names = (Wait-Line '^:\S+ 353 .* :(?<Names>.*)\n').Names
    $null = Wait-Line '^:\S+ 366 .*\n'
    "System   in ${Channel}: $(Format-Text $names)"

    foreach ($line in $Say) {
        $irc | Send-TcpMessage "PRIVMSG $Channel :$line"
        "<$Nick> $line"
    }

    try {
        for ($number = 1; $number -le $Hear; $number++) {
            $heard = Wait-Line "^:(?<Who>[^!\s]+)\S* PRIVMSG $([regex]::Escape($Channel)) :(?<Text>.*)\n" -TimeoutSec $TimeoutSec
            "<$(Format-Text $heard.Who)> $(Format-Text $heard.Text)"
        }
    }
    catch {
        if ($_.FullyQualifiedErrorId -notlike 'ReceiveTimeout,*') {
            throw
        }

        "System   nobody said more within $TimeoutSec s"
    }

    # The server says ERROR to who leaves, and closes.
    $irc | Send-TcpMessage 'QUIT :Good-bye'
    $null = Wait-TcpChatSession -Session $irc -TimeoutSec 10
    "System   left; answered $pings PING"
}
finally {
    if ($irc) {
        $irc | Disconnect-TcpChat
    }
    if ($server) {
        Stop-TcpChatServer -Server $server
        Remove-Job -Job $server
    }
}
