# What all these tests share: each file loads this script in its BeforeAll, and calls Clear-TcpChat in its AfterEach.
#
# One assertion style: `Should` with an operator, as in `$value | Should -Be 1`. The Should-Be commands of Pester 6 are not used.
#
# No test sleeps or relies on a fixed port or an order. Whatever waits is bounded: by Receive-TcpMessage -TimeoutSec,
# Wait-TcpChatSession, Wait-Job -Timeout, or the helpers below.

# An error that a test does not expect fails it.
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$repositoryRoot = Split-Path (Split-Path $PSScriptRoot)
$manifestPath = Join-Path $repositoryRoot 'TcpChat.psd1'
Import-Module $manifestPath -ErrorAction Stop

# The longest that a helper waits for something that should come at once, in seconds: long enough for a busy machine.
$patience = 10

$startedPeers = [System.Collections.Generic.List[object]]::new()
$startedShells = [System.Collections.Generic.List[powershell]]::new()
$jobsBefore = @(Get-Job | ForEach-Object Id)

<#
.SYNOPSIS
Ends all that a test has started: servers, sessions, jobs, peers and PowerShell instances.
#>
function Clear-TcpChat {
    foreach ($peer in $startedPeers) {
        Stop-TestPeer $peer
    }

    $startedPeers.Clear()
    foreach ($shell in $startedShells) {
        $shell.Stop()
        $shell.Runspace.Dispose()
        $shell.Dispose()
    }

    $startedShells.Clear()
    $servers = @(Get-TcpChatServer)
    if ($servers) {
        Stop-TcpChatServer $servers -TimeoutSec 0 -Confirm:$false
    }

    $sessions = @(Get-TcpChatSession)
    if ($sessions) {
        Disconnect-TcpChat $sessions -Force -Confirm:$false
    }

    Get-Job | Where-Object Id -NotIn $jobsBefore | Remove-Job -Force
    foreach ($server in Get-TcpChatServer) {
        # Started in another runspace, whose job list is gone.
        $server.Dispose()
    }
}

<#
.SYNOPSIS
Starts a server and connects to it: gives an object with Server, Client and Remote, the client's session at the server's end.
#>
function New-Conversation {
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'A test helper.')]
    param([hashtable] $Server = @{}, [hashtable] $Client = @{})
    $job = Start-TcpChatServer @Server
    $session = Connect-TcpChat 127.0.0.1 $job.Port @Client -TimeoutSec $patience
    [pscustomobject]@{
        Server = $job
        Client = $session
        Remote = Wait-TcpChatSession -Server $job -Count 1 -TimeoutSec $patience
    }
}

<#
.SYNOPSIS
Starts a program that this test can talk to by its standard input and output, and ends with Clear-TcpChat.
#>
function Start-TestProgram {
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'A test helper.')]
    param([string] $FilePath, [string[]] $ArgumentList)
    $start = [System.Diagnostics.ProcessStartInfo]::new($FilePath, $ArgumentList)
    $start.RedirectStandardInput = $true
    $start.RedirectStandardOutput = $true
    $start.RedirectStandardError = $true
    $start.UseShellExecute = $false
    $start.StandardOutputEncoding = $start.StandardInputEncoding = [System.Text.UTF8Encoding]::new($false)
    $program = [pscustomobject]@{
        Process = [System.Diagnostics.Process]::Start($start)
        Lines   = [System.Collections.Generic.List[string]]::new()
        Port    = 0
    }
    $startedPeers.Add($program)
    $program
}

<#
.SYNOPSIS
Starts a misbehaving peer (see tests/TcpChat.TestPeer/README.md): one that listens, or one that connects to a port of ours.
#>
function Start-TestPeer {
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'A test helper.')]
    param([string] $Behavior, [int] $ConnectTo)
    $assembly = Get-ChildItem (Join-Path $repositoryRoot 'artifacts/bin/TcpChat.TestPeer') -Filter TcpChat.TestPeer.dll -Recurse -ErrorAction Ignore |
        Sort-Object LastWriteTime -Descending | Select-Object -First 1
    if (-not $assembly) {
        throw 'The test peer is not built: run `dotnet build tests/TcpChat.TestPeer` first.'
    }

    $what = if ($ConnectTo) { 'connect', "127.0.0.1:$ConnectTo" } else { , 'listen' }
    $peer = Start-TestProgram dotnet (@($assembly.FullName) + $what + $Behavior + '--until-eof')
    if (-not $ConnectTo) {
        $peer.Port = [int]((Wait-TestPeer $peer 'listening *') -replace '.*:')
    }

    $peer
}

<#
.SYNOPSIS
Waits until a program has written a line like this; gives the line.
#>
function Wait-TestPeer {
    param($Peer, [string] $Pattern, [double] $TimeoutSec = $patience)
    $limit = [System.Diagnostics.Stopwatch]::StartNew()
    while ($true) {
        # A read that has not ended yet is kept, because a stream is read by one at a time.
        $reading = $Peer.psobject.Properties['Reading']?.Value ?? $Peer.Process.StandardOutput.ReadLineAsync()
        $left = [math]::Max(0, $TimeoutSec * 1000 - $limit.ElapsedMilliseconds)
        if (-not $reading.Wait([int]$left)) {
            $Peer | Add-Member Reading $reading -Force
            throw "The program did not write '$Pattern' within $TimeoutSec s, but: $($Peer.Lines -join '; ')"
        }

        $Peer.psobject.Properties.Remove('Reading')
        if ($null -eq $reading.Result) {
            throw "The program ended without writing '$Pattern'. It wrote: $($Peer.Lines -join '; ') $($Peer.Process.StandardError.ReadToEnd())"
        }

        $Peer.Lines.Add($reading.Result)
        if ($reading.Result -like $Pattern) {
            return $reading.Result
        }
    }
}

<#
.SYNOPSIS
Ends a program that Start-TestPeer or Start-TestProgram has started.
#>
function Stop-TestPeer {
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'A test helper.')]
    param($Peer)
    if (-not $Peer.Process.HasExited) {
        $Peer.Process.Kill()
        $null = $Peer.Process.WaitForExit($patience * 1000)
    }

    $Peer.Process.Dispose()
}

<#
.SYNOPSIS
Gives a port at which nobody listens.
#>
function Get-FreePort {
    $listener = [System.Net.Sockets.TcpListener]::new([ipaddress]::Loopback, 0)
    $listener.Start()
    $listener.LocalEndpoint.Port
    $listener.Stop()
}

<#
.SYNOPSIS
Completes a line as Tab does at its end.
#>
function Complete {
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseApprovedVerbs', '', Justification = 'The word for it.')]
    param([string] $Line)
    [System.Management.Automation.CommandCompletion]::CompleteInput($Line, $Line.Length, $null).CompletionMatches
}

<#
.SYNOPSIS
Begins a script in a runspace of its own, with the module and these variables; gives an object with its Output so far.
#>
function Start-Shell {
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'A test helper.')]
    param([scriptblock] $Script, [hashtable] $Variable = @{})
    $state = [initialsessionstate]::CreateDefault2()
    $state.ImportPSModule($manifestPath)
    foreach ($name in $Variable.Keys) {
        $state.Variables.Add([System.Management.Automation.Runspaces.SessionStateVariableEntry]::new($name, $Variable[$name], ''))
    }

    $shell = [powershell]::Create($state)
    $startedShells.Add($shell)

    # What is put out first is the pipeline's thread, by which Wait-Blocked sees when it waits.
    $null = $shell.AddScript("[System.Threading.Thread]::CurrentThread; $Script")
    $output = [System.Management.Automation.PSDataCollection[psobject]]::new()
    # To look at what is there must not wait for the pipeline to end.
    $output.EnumeratorNeverBlocks = $true
    $run = [pscustomobject]@{
        Shell  = $shell
        Output = $output
        Result = $shell.BeginInvoke([System.Management.Automation.PSDataCollection[psobject]]::new(), $output)
    }
    $run
}

<#
.SYNOPSIS
Waits until a condition holds; fails when that takes too long. Only for what has no wait of its own.
#>
function Wait-Until {
    param([scriptblock] $Condition, [string] $Because = "$Condition", [double] $TimeoutSec = $patience)
    if (-not [System.Threading.SpinWait]::SpinUntil([Func[bool]] { [bool](& $Condition) }, [timespan]::FromSeconds($TimeoutSec))) {
        throw "Not so within $TimeoutSec s: $Because"
    }
}

<#
.SYNOPSIS
Waits until a shell has put out so many objects and its thread is inside a wait.
#>
function Wait-Blocked {
    param($Run, [int] $OutputCount = 0)
    Wait-Until { $Run.Result.IsCompleted -or $Run.Output.Count -gt $OutputCount } "there are $OutputCount outputs"
    $thread = $Run.Output[0].psobject.BaseObject
    Wait-Until { $Run.Result.IsCompleted -or $thread.ThreadState.HasFlag([System.Threading.ThreadState]::WaitSleepJoin) } 'the pipeline waits'
    if ($Run.Result.IsCompleted) {
        throw "The pipeline has ended instead of waiting: $($Run.Shell.Streams.Error -join '; ')"
    }
}

<#
.SYNOPSIS
Waits until a shell has ended by itself; gives its output.
#>
function Receive-Shell {
    param($Run, [double] $TimeoutSec = $patience)
    if (-not $Run.Result.AsyncWaitHandle.WaitOne([timespan]::FromSeconds($TimeoutSec))) {
        throw "The pipeline has not ended within $TimeoutSec s."
    }

    $null = $Run.Shell.EndInvoke($Run.Result)
    $Run.Output | Select-Object -Skip 1
}

<#
.SYNOPSIS
Runs a script in a runspace of its own and stops it, as Ctrl+C does, once it is inside its wait. Gives how long stopping took
in milliseconds, the errors there were, the output, and the state it ended in.
#>
function Invoke-Stopped {
    param([scriptblock] $Script, [hashtable] $Variable = @{}, [int] $OutputCount = 0)
    $run = Start-Shell $Script $Variable
    Wait-Blocked $run $OutputCount
    $watch = [System.Diagnostics.Stopwatch]::StartNew()
    $run.Shell.Stop()
    [pscustomobject]@{
        Milliseconds = $watch.ElapsedMilliseconds
        Errors       = @($run.Shell.Streams.Error)
        Output       = @($run.Output | Select-Object -Skip 1)
        State        = $run.Shell.InvocationStateInfo.State
    }
}

<#
.SYNOPSIS
Skips the test, with the reason, where a command is not installed.
#>
function Skip-Without {
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseApprovedVerbs', '', Justification = 'A test helper.')]
    param([string] $Command)
    if (-not (Get-Command $Command -ErrorAction Ignore)) {
        Set-ItResult -Skipped -Because "$Command is not installed"
    }
}
