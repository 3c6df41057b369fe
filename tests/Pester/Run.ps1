<#
.SYNOPSIS
Runs the Pester tests against the built module.
.DESCRIPTION
Build first: dotnet build. The tests run in a PowerShell process of their own, so that the module's files are not held by this
one, and a test that never ends can be ended. The last line is always 'N passed, N failed, N skipped'; the exit code is 1 where
one failed, where none ran, and where the time was up.
.PARAMETER Filter
Runs only the tests whose full name is like this, or contains it where it has no wildcard.
.PARAMETER TimeoutSec
How long the whole run may take, in seconds.
.PARAMETER InProcess
Runs in this process, without a limit in time: for a debugger.
#>
[CmdletBinding()]
param(
    [string] $Filter,
    [ValidateRange(1, 86400)]
    [int] $TimeoutSec = 300,
    [switch] $InProcess
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

if (-not $InProcess) {
    $start = [System.Diagnostics.ProcessStartInfo]::new(
        [System.Environment]::ProcessPath,
        [string[]]@('-NoProfile', '-NonInteractive', '-File', $PSCommandPath, '-InProcess', '-Filter', $Filter))
    $process = [System.Diagnostics.Process]::Start($start)
    try {
        if ($process.WaitForExit($TimeoutSec * 1000)) {
            exit $process.ExitCode
        }

        'The tests have not ended within {0} s.' -f $TimeoutSec
        '0 passed, 1 failed, 0 skipped'
        exit 1
    }
    finally {
        if (-not $process.HasExited) {
            $process.Kill($true)
        }

        $process.Dispose()
    }
}

Import-Module Pester -MinimumVersion 6.0

$configuration = New-PesterConfiguration
$configuration.Run.Path = $PSScriptRoot
$configuration.Run.PassThru = $true
$configuration.Run.Exit = $false
# Each test by its name, so that one that never ends can be told.
$configuration.Output.Verbosity = 'Detailed'
if ($Filter) {
    $configuration.Filter.FullName = if ([wildcardpattern]::ContainsWildcardCharacters($Filter)) { $Filter } else { "*$Filter*" }
}

$result = Invoke-Pester -Configuration $configuration

# A file that could not be read, or a block whose setup failed, is a failure too.
$failed = [math]::Max($result.FailedCount, $result.FailedContainersCount + $result.FailedBlocksCount)
$ran = $result.PassedCount + $result.FailedCount
if ($ran -eq 0) {
    'No test ran.'
}

'{0} passed, {1} failed, {2} skipped' -f $result.PassedCount, $failed, $result.SkippedCount
exit ($failed -gt 0 -or $ran -eq 0 ? 1 : 0)
