<#
.SYNOPSIS
    Asks many servers at once whether they are well, and tells of each what it answers or what is wrong.

.DESCRIPTION
    That a port is open says little: a server is well when it answers as it should. All servers are connected to at the
    same time, and all are asked before the first answer is waited for, so that the slowest of them sets how long the whole
    takes. One that fails stops no other: what is wrong with it is an error with that server as its target.

    Gives an object for each server, in their order.

    Where no server is named, the script starts three of its own: one that is well, one that says nothing, and one that
    says it is not ready. It also asks a port at which nobody listens.

    Runs the same in pwsh and in tcpchat.

.PARAMETER Server
    The servers to ask, each as name:port or [IPv6 address]:port.

.PARAMETER Say
    What to ask. Nothing: servers that speak first, such as SMTP, are only listened to.

.PARAMETER Expect
    A regular expression for the first line of what a server answers that is well.

.PARAMETER TimeoutSec
    How long connecting may take, and how long the answers may take, in seconds.

.EXAMPLE
    ./examples/health-check.ps1

.EXAMPLE
    ./examples/health-check.ps1 -Server db1:6379, db2:6379, db3:6379 -Say PING -Expect '^\+PONG' | Where-Object { -not $_.Well }

.EXAMPLE
    ./examples/health-check.ps1 -Server mail.example.test:25 -Expect '^220 '
#>
#Requires -Version 7.6
[CmdletBinding()]
param(
    [Parameter(ValueFromPipeline)]
    [ValidatePattern('^(\[[^\]]+\]|[^:\s]+):\d{1,5}$')]
    [string[]] $Server,

    [string] $Say,

    [string] $Expect = '.',

    [ValidateRange(0, 86400)]
    [double] $TimeoutSec = 5
)

begin {
    Set-StrictMode -Version Latest
    $ErrorActionPreference = 'Stop'

    if (-not (Get-Module -Name TcpChat)) {
        Import-Module -Name "$PSScriptRoot/../TcpChat.psd1"
    }

    $targets = [System.Collections.Generic.List[string]]::new()
}

process {
    if ($Server) {
        $targets.AddRange($Server)
    }
}

end {
    # What is wrong, by server. An error has its server as its target: as name:port, or as the session of that name.
    $problem = @{}
    function Add-Problem {
        param($Failure)

        foreach ($each in $Failure) {
            $name = $each.TargetObject -is [string] ? $each.TargetObject : $each.TargetObject.Name
            $problem[$name] = $each.FullyQualifiedErrorId -replace ',.*'
        }
    }

    $answer = @{}
    $sessions = @()
    $own = @()
    try {
        if ($targets.Count -eq 0) {
            $Say = 'are you well?'
            $Expect = '^yes'
            $TimeoutSec = 1
            $own = @(
                Start-TcpChatServer -Name 'Well' -OnMessage { 'yes, I am well' }
                Start-TcpChatServer -Name 'Silent'
                Start-TcpChatServer -Name 'Starting' -OnMessage { 'no, I have just been started' }
                Start-TcpChatServer -Name 'Gone'
            )
            $targets.AddRange([string[]]@($own | ForEach-Object { "127.0.0.1:$($_.Port)" }))
            Stop-TcpChatServer -Server $own[-1]
        }

        $computers = foreach ($each in $targets) {
            $null = $each -match '^\[?(?<ComputerName>.*?)\]?:(?<Port>\d+)$'
            [pscustomobject]@{ ComputerName = $Matches.ComputerName; Port = [int]$Matches.Port }
        }
        $sessions = @($computers | Connect-TcpChat -LineEnding CrLf -TimeoutSec $TimeoutSec -ErrorAction SilentlyContinue -ErrorVariable failures)
        Add-Problem $failures

        if ($sessions) {
            if ($Say) {
                $sessions | Send-TcpMessage $Say -ErrorAction SilentlyContinue
            }

            # One limit for all of them.
            $sessions | Wait-TcpMessage -Pattern '^.*\n' -TimeoutSec $TimeoutSec -ErrorAction SilentlyContinue -ErrorVariable failures |
                ForEach-Object { $answer[$_.Session.Name] = $_.Match.Trim() }
            Add-Problem $failures
        }

        foreach ($each in $targets) {
            $name = $each -replace '[\[\]]'
            if ($answer.ContainsKey($name) -and $answer[$name] -notmatch $Expect) {
                $problem[$name] = 'UnexpectedAnswer'
            }

            [pscustomobject]@{
                Server  = $each
                Well    = -not $problem.ContainsKey($name)
                Answer  = $answer[$name] -replace '\p{Cc}'
                Problem = $problem[$name]
            }
        }
    }
    finally {
        if ($sessions) {
            $sessions | Disconnect-TcpChat -Force
        }
        if ($own) {
            Stop-TcpChatServer -Server $own
            Remove-Job -Job $own
        }
    }
}
