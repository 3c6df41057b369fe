<#
.SYNOPSIS
    Delivers a mail: a dialogue in which each side waits for the other, and answers have several lines.

.DESCRIPTION
    SMTP is a conversation for which expect was made. The server speaks first; each answer has a code, and as many lines as
    the server likes: all but the last have a hyphen after the code. So Wait-TcpMessage waits for a line with a code and a
    space: the one that is hoped for, or one that refuses, whichever comes. A line of the mail that begins with a dot gets
    another dot, because a dot alone ends the mail.

    Where no server is named, the script starts a small fake, which takes the mail and shows that it has come as it went.

    There is no encryption and no log-in here: it is the way from program to server in one's own network.

    Runs the same in pwsh and in tcpchat.

.PARAMETER ComputerName
    The computer that takes mail by SMTP. None: the script delivers to a fake of its own.

.PARAMETER Port
    Its port.

.PARAMETER From
    Who sends the mail.

.PARAMETER To
    Who is to get it, one or several.

.PARAMETER Subject
    What it is about.

.PARAMETER Body
    The lines of the mail.

.EXAMPLE
    ./examples/smtp-delivery.ps1

.EXAMPLE
    ./examples/smtp-delivery.ps1 -ComputerName mail.example.test -From me@example.test -To you@example.test -Subject Hello -Body 'Good day!'
#>
#Requires -Version 7.6
[CmdletBinding()]
param(
    [string] $ComputerName,

    [ValidateRange(1, 65535)]
    [int] $Port = 25,

    [ValidatePattern('^[^\s<>]+@[^\s<>]+$')]
    [string] $From = 'ada@example.test',

    [ValidatePattern('^[^\s<>]+@[^\s<>]+$')]
    [string[]] $To = @('bob@example.test', 'cyd@example.test'),

    # A line end in it would begin another header.
    [ValidatePattern('^[^\r\n]*$')]
    [string] $Subject = 'Dots, and 你好',

    [string[]] $Body = @('Dear both,', '', 'the next line is only a dot:', '.', '.. and this begins with two.', '', 'Yours, Ada 😀')
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

if (-not (Get-Module -Name TcpChat)) {
    Import-Module -Name "$PSScriptRoot/../TcpChat.psd1"
}

# The mail itself: headers, an empty line, the text. A subject that is not ASCII is written as RFC 2047 says.
function ConvertTo-Mail {
    param([string] $From, [string[]] $To, [string] $Subject, [string[]] $Body)

    if ($Subject -match '[^ -~]') {
        $Subject = "=?utf-8?B?$([System.Convert]::ToBase64String([System.Text.Encoding]::UTF8.GetBytes($Subject)))?="
    }

    "From: <$From>"
    "To: <$($To -join '>, <')>"
    "Subject: $Subject"
    "Date: $([datetime]::UtcNow.ToString('ddd, dd MMM yyyy HH:mm:ss', [cultureinfo]::InvariantCulture)) +0000"
    "Message-ID: <$([guid]::NewGuid())@$($From -replace '.*@')>"
    'MIME-Version: 1.0'
    'Content-Type: text/plain; charset=utf-8'
    'Content-Transfer-Encoding: 8bit'
    ''
    $Body -split '\r?\n'
}

# Says something, or nothing, and waits for the answer, which begins with this code. Gives what was said, line by line.
function Invoke-Step {
    param([string] $Say, [string] $Code)

    if ($Say) {
        "Client   $Say"
        $smtp | Send-TcpMessage $Say
    }

    $hoped = "^$Code .*\n"
    $answer = $smtp | Wait-TcpMessage -Pattern $hoped, '^[45]\d\d .*\n' -TimeoutSec 60
    $answer.Text.TrimEnd() -split '\n' | ForEach-Object { "Server   $($_ -replace '\p{Cc}', '?')" }
    if ($answer.Pattern -ne $hoped) {
        throw "The server refuses: $($answer.Match -replace '\p{Cc}')"
    }
}

# What a server for mail would do, as far as this example asks for it. What it puts out is the mail that it was given.
$fake = {
    param($Session)

    $inMail = $false
    Receive-TcpMessage -Session $Session -Follow | ForEach-Object {
        $line = $_.Text
        if ($inMail -and $line -ne '.') {
            $line -replace '^\.'
            return
        }

        $answer = switch -Wildcard ($line) {
            '.' { $inMail = $false; '250 It is delivered' }
            'DATA' { $inMail = $true; '354 Go on, and end with a dot' }
            'EHLO *' { '250-fake.example.test', '250-8BITMIME', '250 HELP' }
            'MAIL FROM:<*' { '250 OK' }
            'RCPT TO:<*' { '250 OK' }
            'QUIT' { '221 Good-bye' }
            default { '500 What?' }
        }
        $answer | Send-TcpMessage -Session $Session
        if ($line -eq 'QUIT') {
            $Session | Disconnect-TcpChat
        }
    }
}

$mail = @(ConvertTo-Mail $From $To $Subject $Body)
$server = $null
$smtp = $null
try {
    if (-not $ComputerName) {
        $server = Start-TcpChatServer -Name 'FakeSmtp' -LineEnding CrLf -Greeting '220 fake.example.test' -ScriptBlock $fake
        $ComputerName = '127.0.0.1'
        $Port = $server.Port
        "System   no -ComputerName is given: a small fake takes the mail at $($server.LocalEndPoint)"
    }

    $smtp = Connect-TcpChat -ComputerName $ComputerName -Port $Port -LineEnding CrLf
    Invoke-Step -Code 220
    $own = $smtp.LocalEndPoint.Address
    Invoke-Step "EHLO [$($own.AddressFamily -eq 'InterNetworkV6' ? 'IPv6:' : '')$own]" -Code 250
    Invoke-Step "MAIL FROM:<$From> BODY=8BITMIME" -Code 250
    foreach ($address in $To) {
        Invoke-Step "RCPT TO:<$address>" -Code '25[01]'
    }

    Invoke-Step 'DATA' -Code 354
    $mail -replace '^\.', '..' | Send-TcpMessage -Session $smtp
    "Client   ($($mail.Count) lines of mail)"
    Invoke-Step '.' -Code 250
    Invoke-Step 'QUIT' -Code 221

    if ($server) {
        $null = Wait-Job -Job $server.ChildJobs[0] -Timeout 10
        $delivered = @(Receive-Job -Job $server)
        "System   the fake has $($delivered.Count) lines, as they went: $(($delivered -join "`n") -ceq ($mail -join "`n"))"
    }
}
finally {
    if ($smtp) {
        $smtp | Disconnect-TcpChat
    }
    if ($server) {
        Stop-TcpChatServer -Server $server
        Remove-Job -Job $server
    }
}
