<#
.SYNOPSIS
    A server that gives each client a process of its own, and two clients that talk with it.

.DESCRIPTION
    The tutorial's second server: it forks a process for each client, and takes care that none is left behind when it has
    ended. Here each conversation is a script block in a PowerShell of its own, which has the connection itself. What the
    script block puts out comes back to the connection's job; when the server stops, its clients are told, and no process
    is left.

    Every line is shown as the terminals of the tutorial show it, with the name of the terminal before it. A client sends
    its text with no line end, so a message is whatever one read returned: -Framing Raw. Nothing sleeps, and every wait has
    a limit.

    Runs the same in pwsh and in tcpchat.

.PARAMETER Port
    The port to listen at. 0: the system chooses a free one.

.PARAMETER Serve
    Holds no dialogue, but serves whoever connects, line by line, until Ctrl+C: try `ncat 127.0.0.1 7000` in two terminals.

.EXAMPLE
    ./examples/process-server.ps1

.EXAMPLE
    ./examples/process-server.ps1 -Port 7000 -Serve
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

# What the server does with one client, in a process of its own. What it puts out is its terminal.
$conversation = {
    param($Session)

    Receive-TcpMessage -Session $Session -Follow | ForEach-Object {
        $answer = $_.Text -replace "^I'm", 'Hello'
        "client say:$_"
        "you want to say:$answer"
        $_ | Send-TcpMessage $answer
    }
}

# Is there a process with this id, be it a zombie?
function Test-Process {
    param([int] $Id)

    try {
        [System.Diagnostics.Process]::GetProcessById($Id).Dispose()
        $true
    }
    catch [System.ArgumentException] {
        $false
    }
}

$framing = $Serve ? 'Line' : 'Raw'
$server = Start-TcpChatServer -Name 'Server' -Port $Port -Model Process -Framing $framing -ScriptBlock $conversation
"Server   listens at $($server.LocalEndPoint) and gives each client a process"

try {
    if ($Serve) {
        Receive-Job -Job $server -Wait
        return
    }

    $clients = foreach ($name in 'Client1', 'Client2') {
        Connect-TcpChat -ComputerName 127.0.0.1 -Port $server.Port -Name $name -Framing Raw
    }

    foreach ($client in $clients) {
        $client | Send-TcpMessage "I'm $($client.Name)"
        "$($client.Name)  You want to say:I'm $($client.Name)"

        # A PowerShell may have to start first.
        $answer = $client | Receive-TcpMessage -TimeoutSec 60
        "$($client.Name)  server say:$answer"
    }

    # The set holds each id once, and not the one of this PowerShell.
    $processes = [System.Collections.Generic.HashSet[int]]::new([int[]]$server.ChildJobs.ProcessId)
    $null = $processes.Remove($PID)
    "System   $($server.SessionCount) clients are served by $($processes.Count) other processes"

    Stop-TcpChatServer -Server $server
    $server.ChildJobs | Receive-Job | ForEach-Object { "Server   $_" }
    'Server   ^C'

    foreach ($client in $clients) {
        "$($client.Name)  You want to say:1"
        try {
            $client | Send-TcpMessage '1'
            $client | Receive-TcpMessage -TimeoutSec 10
        }
        catch {
            if ($_.FullyQualifiedErrorId -notlike 'SessionClosed,*') {
                throw
            }

            "$($client.Name)   server shutdown!"
        }
    }

    "System   $(@($processes | Where-Object { Test-Process $_ }).Count) processes are left"
}
finally {
    Stop-TcpChatServer -Server $server
    Remove-Job -Job $server
}

"Server   stopped; $($server.Accepted) clients, $($server.MessagesReceived) messages in, $($server.MessagesSent) out"
