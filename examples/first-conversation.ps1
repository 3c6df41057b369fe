<#
.SYNOPSIS
    A server and two clients talk to each other, in one script.

.DESCRIPTION
    The dialogue that a tutorial on sockets holds in three terminals: clients A and B greet the server, it answers each,
    they say good-bye and leave. Every line is said by one end, over a real TCP connection on this machine, and shown
    when the other end has received it. Nothing sleeps: whoever waits, waits for the message itself.

    Runs the same in pwsh and in tcpchat.

.EXAMPLE
    ./examples/first-conversation.ps1
#>
#Requires -Version 7.6
[CmdletBinding()]
param()

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

if (-not (Get-Module -Name TcpChat)) {
    Import-Module -Name "$PSScriptRoot/../TcpChat.psd1"
}

$server = Start-TcpChatServer -Name 'Server'
"Server   listens at $($server.LocalEndPoint)"

try {
    $clients = @{}
    foreach ($name in 'ClientA', 'ClientB') {
        $clients[$name] = Connect-TcpChat -ComputerName 127.0.0.1 -Port $server.Port -Name $name
    }
    $null = Wait-TcpChatSession -Server $server -Count 2

    $dialogue = @(
        @{ Client = 'ClientA'; Says = "Hi! I'm ClientA!"; Answer = "Hi! ClientA! I'm Server!" }
        @{ Client = 'ClientB'; Says = "Hi! I'm ClientB!"; Answer = "Hi! ClientB! I'm Server!" }
        @{ Client = 'ClientA'; Says = 'Bye~~~'; Answer = 'Bye~~' }
        @{ Client = 'ClientB'; Says = 'Bye~~'; Answer = 'Bye~~' }
    )

    foreach ($turn in $dialogue) {
        $client = $clients[$turn.Client]
        $client | Send-TcpMessage $turn.Says

        $message = Receive-TcpMessage -Server $server -TimeoutSec 10
        "Server   heard $($turn.Client) say:  $message"

        # A message knows the session that it came by, so that is where the answer goes.
        $message | Send-TcpMessage $turn.Answer

        $answer = $client | Receive-TcpMessage -TimeoutSec 10
        "$($turn.Client)  heard the server say:  $answer"

        if ($turn.Says -like 'Bye*') {
            $client | Disconnect-TcpChat
            $ended = Wait-TcpChatSession -Session $message.Session -TimeoutSec 10
            "Server   saw $($turn.Client) leave:  $($ended.CloseReason)"
        }
    }
}
finally {
    Stop-TcpChatServer -Server $server
    Remove-Job -Job $server
}

"Server   stopped; $($server.Accepted) clients, $($server.MessagesReceived) messages in, $($server.MessagesSent) out"
