<#
.SYNOPSIS
    A fake server for a test: what a client does is tested against an instrument that is not there.

.DESCRIPTION
    Read-Temperature is a small client of an instrument in the network, which answers a line with a line. To test it one
    needs an instrument that works, one that reports an error, one that hangs up and one that says nothing. Here they
    are: a fake server is a table of questions and answers, and a block for each message (-OnMessage) that looks an
    answer up, notes what it was asked, and leaves where the table says so.

    Each test has a fake of its own, at a port that the system chooses, so that tests can run side by side. In Pester the
    same goes into It { }. The last line counts the tests; one that failed is an error.

    Runs the same in pwsh and in tcpchat.

.PARAMETER Port
    With -Serve: the port to listen at. 0: the system chooses a free one.

.PARAMETER Serve
    Tests nothing, but is the instrument that works, until Ctrl+C: try `ncat 127.0.0.1 7000`, and say *IDN?

.EXAMPLE
    ./examples/fake-server.ps1

.EXAMPLE
    ./examples/fake-server.ps1 -Port 7000 -Serve
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

# What is tested: it asks an instrument who it is and how warm it is there.
function Read-Temperature {
    param([string] $ComputerName, [int] $Port, [double] $TimeoutSec = 10)

    $session = Connect-TcpChat -ComputerName $ComputerName -Port $Port -Encoding ascii
    try {
        $session | Send-TcpMessage '*IDN?'
        $name = ($session | Receive-TcpMessage -TimeoutSec $TimeoutSec).Text
        $session | Send-TcpMessage 'MEAS:TEMP?'
        $answer = ($session | Receive-TcpMessage -TimeoutSec $TimeoutSec).Text
        if ($answer -notmatch '^[+-]?[0-9]+(\.[0-9]+)?$') {
            throw "$name gives no temperature, but: $answer"
        }

        [pscustomobject]@{ Instrument = $name; Celsius = [double]$answer }
    }
    finally {
        $session | Disconnect-TcpChat
    }
}

# The fake: $answers and $heard come from where the server is started. It says nothing to what is not in the table.
$fake = {
    ($using:heard).Enqueue($_.Text)
    $answer = ($using:answers)[$_.Text]
    if ($answer -eq 'hang up') {
        exit
    }

    $answer
}

# A test: a fake with these answers, what to do with it, and what must come out.
function Test-Client {
    param([string] $Name, [hashtable] $Answers, [scriptblock] $Do, [string] $Expected)

    # Filled by the fake in a runspace of its own, so of a kind that may be used from several.
    $heard = [System.Collections.Concurrent.ConcurrentQueue[string]]::new()
    $server = Start-TcpChatServer -Name 'Fake' -Encoding ascii -OnMessage $fake
    try {
        # The id of an error; that of `throw 'text'` is the text.
        $result = try { & $Do $server.Port } catch { $_.FullyQualifiedErrorId -replace ',TcpChat\..*' }
    }
    finally {
        Stop-TcpChatServer -Server $server
        Remove-Job -Job $server
    }

    $actual = "$result; it was asked $heard"
    if ($actual -ceq $Expected) {
        "passed  $Name"
        $script:passed++
    }
    else {
        "FAILED  $Name"
        "        expected: $Expected"
        "        but was:  $actual"
        $script:failed++
    }
}

$works = @{ '*IDN?' = 'Fake Instruments,T-1000,0,1.0'; 'MEAS:TEMP?' = '+21.50' }

if ($Serve) {
    $answers = $works
    $heard = [System.Collections.Concurrent.ConcurrentQueue[string]]::new()
    $server = Start-TcpChatServer -Name 'Fake' -Port $Port -Encoding ascii -OnMessage $fake
    "The instrument listens at $($server.LocalEndPoint) and knows $($works.Keys -join ' and ')"
    try {
        Receive-Job -Job $server -Wait
        return
    }
    finally {
        Stop-TcpChatServer -Server $server
        Remove-Job -Job $server
    }
}

$passed = $failed = 0

Test-Client 'reads the temperature' $works {
    param($Port)
    $read = Read-Temperature 127.0.0.1 $Port
    "$($read.Celsius.ToString([cultureinfo]::InvariantCulture)) by $($read.Instrument)"
} '21.5 by Fake Instruments,T-1000,0,1.0; it was asked *IDN? MEAS:TEMP?'

Test-Client 'tells what an instrument says that cannot measure' @{ '*IDN?' = 'T-1000'; 'MEAS:TEMP?' = 'ERR 42, no probe' } {
    param($Port)
    Read-Temperature 127.0.0.1 $Port
} 'T-1000 gives no temperature, but: ERR 42, no probe; it was asked *IDN? MEAS:TEMP?'

Test-Client 'tells that an instrument has hung up' @{ '*IDN?' = 'T-1000'; 'MEAS:TEMP?' = 'hang up' } {
    param($Port)
    Read-Temperature 127.0.0.1 $Port
} 'SessionClosed; it was asked *IDN? MEAS:TEMP?'

Test-Client 'does not wait longer than it should' @{} {
    param($Port)
    Read-Temperature 127.0.0.1 $Port -TimeoutSec 1
} 'ReceiveTimeout; it was asked *IDN?'

"$passed passed, $failed failed"
if ($failed) {
    throw "$failed tests have failed."
}
