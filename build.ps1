<#
.SYNOPSIS
    Builds, tests and documents TcpChat.

.DESCRIPTION
    A thin face over the commands that do the work: all build logic is in MSBuild, so `dotnet build` alone makes the
    module, and `dotnet test` alone runs the tests that need no PowerShell. After the task Build,
    `Import-Module ./TcpChat.psd1` works from the checkout.

    Tasks that need a tool which is not installed say so in one line and go on; -Strict makes that an error.

.PARAMETER Task
    Build    The module, the embedded host and the tests. The default.
    Test     The .NET tests, and the Pester tests where Pester 6 is installed.
    Docs     The help file from docs/en-US, where Microsoft.PowerShell.PlatyPS 1.x is installed.
    Analyze  Formatting, and PSScriptAnalyzer over all scripts where it is installed.
    Clean    Takes away what the other tasks have made.

.PARAMETER Configuration
    Debug or Release.

.PARAMETER Filter
    With the task Test: only Pester tests whose name matches this.

.PARAMETER Strict
    A missing tool is an error.

.EXAMPLE
    ./build.ps1

    Builds; then Import-Module ./TcpChat.psd1.

.EXAMPLE
    ./build.ps1 Build, Test

    Builds and runs all tests.
#>
#Requires -Version 7.6
[CmdletBinding()]
param(
    [Parameter(Position = 0)]
    [ValidateSet('Build', 'Test', 'Docs', 'Analyze', 'Clean')]
    [string[]] $Task = 'Build',

    [ValidateSet('Debug', 'Release')]
    [string] $Configuration = 'Debug',

    [string] $Filter,

    [switch] $Strict
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true
$solution = Join-Path $PSScriptRoot 'TcpChat.PowerShell.sln'

function Test-Tool {
    param([string] $Name, [version] $Version, [string] $NotRun)

    $found = Get-Module -ListAvailable -Name $Name | Where-Object Version -GE $Version
    if (-not $found) {
        $message = "$Name $Version or later is not installed: $NotRun."
        if ($Strict) { throw $message }
        Write-Warning $message
    }
    [bool] $found
}

# A child process, so that this one neither keeps the module's files open nor meets an older build of them.
function Invoke-Script {
    param([string] $Path, [object[]] $Arguments)

    & ([Environment]::ProcessPath) -NoProfile -File (Join-Path $PSScriptRoot $Path) @Arguments
}

switch ($Task) {
    'Clean' {
        'artifacts', 'bin' | ForEach-Object { Join-Path $PSScriptRoot $_ } | Where-Object { Test-Path $_ } | Remove-Item -Recurse
    }
    'Build' {
        dotnet build $solution --configuration $Configuration
    }
    'Test' {
        dotnet test $solution --configuration $Configuration
        if (Test-Tool -Name Pester -Version 6.0 -NotRun 'the Pester tests were not run') {
            Invoke-Script 'tests/Pester/Run.ps1' $(if ($Filter) { '-Filter', $Filter })
        }
    }
    'Docs' {
        if (Test-Tool -Name Microsoft.PowerShell.PlatyPS -Version 1.0 -NotRun 'the help file was not made') {
            Invoke-Script 'docs/Update-Help.ps1'
        }
    }
    'Analyze' {
        dotnet format $solution --verify-no-changes
        if (Test-Tool -Name PSScriptAnalyzer -Version 1.24 -NotRun 'the scripts were not analyzed') {
            $findings = Invoke-ScriptAnalyzer -Path $PSScriptRoot -Recurse -Settings (Join-Path $PSScriptRoot 'PSScriptAnalyzerSettings.psd1')
            $findings
            if ($findings) { throw "$(@($findings).Count) findings." }
        }
    }
}
