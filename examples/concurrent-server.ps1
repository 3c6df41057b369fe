<#
.SYNOPSIS
    A server that serves all its clients at once, and two clients that talk with it by turns.

.DESCRIPTION
    The tutorial's last server: it gives each client a thread, so that no client waits for another. Here each conversation
    is a script block in a runspace of its own, taken from a pool, and a client that says nothing costs no thread.

    Every line is shown as the terminals of the tutorial show it, with the name of the terminal before it. A client sends
    its text with no line end, so a message is whatever one read returned: -Framing Raw. Nothing sleeps, and every wait has
    a limit.

    Runs the same in pwsh and in tcpchat.

.PARAMETER Port
    The port to listen at. 0: the system chooses a free one.

.PARAMETER Serve
    Holds no dialogue, but serves whoever connects, line by line, until Ctrl+C: try `ncat 127.0.0.1 7000` in two terminals.

.EXAMPLE
    ./examples/concurrent-server.ps1

.EXAMPLE
    ./examples/concurrent-server.ps1 -Port 7000 -Serve
#>
#Requires -Version 7.6
[CmdletBinding()]
param(
    [ValidateRange(0, 65535)]
    [int] $Port = 0,
    [switch] $Serve
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

if (-not (Get-Module -Name TcpChat)) {
    Import-Module -Name "$PSScriptRoot/../TcpChat.psd1"
}

# What the server does with one client, from its first message to its last. What it puts out is its terminal.
$conversation = {
    param($Session)

    Receive-TcpMessage -Session $Session -Follow | ForEach-Object {
        $answer = $_.Text -replace "^Hi! I'm (\w+)!", 'Hi! $1! I''m Server!' -replace '^Bye~+', 'Bye~~'
        "client say:$_"
        "you want to say:$answer"
        $_ | Send-TcpMessage $answer
    }
    ' client shutdown !'
}

$framing = $Serve ? 'Line' : 'Raw'
$server = Start-TcpChatServer -Name 'Server' -Port $Port -Model Concurrent -Framing $framing -ScriptBlock $conversation
"Server   listens at $($server.LocalEndPoint) and serves all clients at once"

try {
    if ($Serve) {
        Receive-Job -Job $server -Wait
        return
    }

    $clients = @{}
    $served = @{}
    foreach ($name in 'ClientA', 'ClientB') {
        $clients[$name] = Connect-TcpChat -ComputerName 127.0.0.1 -Port $server.Port -Name $name -Framing Raw
        $served[$name] = @(Wait-TcpChatSession -Server $server -Count ($served.Count + 1) -TimeoutSec 10)[-1]
    }

    "System   $($server.SessionCount) clients are served"
    if ($null -ne $server.AcceptQueueLength) {
        "System   $($server.AcceptQueueLength) clients wait in the accept queue"
    }

    $dialogue = @(
        @{ Client = 'ClientA'; Says = "Hi! I'm ClientA!" }
        @{ Client = 'ClientB'; Says = "Hi! I'm ClientB!" }
        @{ Client = 'ClientA'; Says = 'Bye~~~' }
        @{ Client = 'ClientB'; Says = 'Bye~~' }
    )

    foreach ($turn in $dialogue) {
        $client = $clients[$turn.Client]
        $client | Send-TcpMessage $turn.Says
        "$($turn.Client)  You want to say:$($turn.Says)"

        $answer = $client | Receive-TcpMessage -TimeoutSec 10
        Receive-Job -Job $server | ForEach-Object { "Server   $_" }
        "$($turn.Client)  server say:$answer"

        if ($turn.Says -like 'Bye*') {
            $client | Disconnect-TcpChat
            "$($turn.Client)  ^C"
            $null = Wait-TcpChatSession -Session $served[$turn.Client] -TimeoutSec 10
            Receive-Job -Job $server | ForEach-Object { "Server   $_" }
        }
    }
}
finally {
    Stop-TcpChatServer -Server $server
    Remove-Job -Job $server
}

"Server   stopped; $($server.Accepted) clients, $($server.MessagesReceived) messages in, $($server.MessagesSent) out"
