<#
.SYNOPSIS
    A server that serves one client at a time, and two clients of which one has to wait.

.DESCRIPTION
    The tutorial's first server: it accepts a client, talks with it until it leaves, and only then accepts the next. The
    second client is connected all the same, because the system accepts it: it waits in the accept queue, what it has said
    waits with it, and its answer comes when the first client has gone.

    Every line is shown as the terminals of the tutorial show it, with the name of the terminal before it. A client sends
    its text with no line end, so a message is whatever one read returned: -Framing Raw. Nothing sleeps, and every wait has
    a limit.

    Runs the same in pwsh and in tcpchat.

.PARAMETER Port
    The port to listen at. 0: the system chooses a free one.

.PARAMETER Serve
    Holds no dialogue, but serves whoever connects, line by line, until Ctrl+C: try `ncat 127.0.0.1 7000` in two terminals.

.EXAMPLE
    ./examples/iterative-server.ps1

.EXAMPLE
    ./examples/iterative-server.ps1 -Port 7000 -Serve
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
        $answer = $_.Text -replace '^hello Server', 'hello Client'
        "client say:$_"
        "you want to say:$answer"
        $_ | Send-TcpMessage $answer
    }
    ' client shutdown !'
}

# A client says something.
function Send-Line {
    param($Client, [string] $Text)

    $Client | Send-TcpMessage $Text
    "$($Client.Name)  You want to say:$Text"
}

# A client hears the answer; what the server's terminal has shown until then comes before it.
function Receive-Line {
    param($Client)

    $answer = $Client | Receive-TcpMessage -TimeoutSec 10
    Receive-Job -Job $server | ForEach-Object { "Server   $_" }
    "$($Client.Name)  server say:$answer"
}

$framing = $Serve ? 'Line' : 'Raw'
$server = Start-TcpChatServer -Name 'Server' -Port $Port -Model Iterative -Framing $framing -ScriptBlock $conversation
"Server   listens at $($server.LocalEndPoint) and serves one client at a time"

try {
    if ($Serve) {
        Receive-Job -Job $server -Wait
        return
    }

    $client1 = Connect-TcpChat -ComputerName 127.0.0.1 -Port $server.Port -Name 'Client1' -Framing Raw
    Send-Line $client1 'hello Server!'
    Receive-Line $client1

    # Another client connects and says its line. There is nobody yet who could read it.
    $client2 = Connect-TcpChat -ComputerName 127.0.0.1 -Port $server.Port -Name 'Client2' -Framing Raw
    Send-Line $client2 'hello Server!'

    Send-Line $client1 'Bye~'
    Receive-Line $client1

    "System   $($server.SessionCount) client is served"
    if ($null -ne $server.AcceptQueueLength) {
        "System   $($server.AcceptQueueLength) client waits in the accept queue"
    }

    if (-not ($client2 | Receive-TcpMessage -TimeoutSec 0)) {
        'Client2  has no answer yet'
    }

    $client1 | Disconnect-TcpChat
    'Client1  ^C'

    Receive-Line $client2
    Send-Line $client2 'Bye~'
    Receive-Line $client2
    $client2 | Disconnect-TcpChat
    'Client2  ^C'

    Wait-TcpChatSession -Server $server -Count 0 -TimeoutSec 10
    Receive-Job -Job $server | ForEach-Object { "Server   $_" }
}
finally {
    Stop-TcpChatServer -Server $server
    Remove-Job -Job $server
}

"Server   stopped; $($server.Accepted) clients, $($server.MessagesReceived) messages in, $($server.MessagesSent) out"
