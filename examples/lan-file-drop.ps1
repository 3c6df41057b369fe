<#
.SYNOPSIS
    Sends a file to another computer, and proves by its checksum that it has come as it went.

.DESCRIPTION
    One computer receives into a folder (-Receive), the others send to it (-Path). What goes over the wire is three lines,
    with the file's name, length and SHA-256, and after the receiver's answer the file itself, as it is (-Framing Raw).
    Send-TcpMessage and Receive-TcpMessage with -LiteralPath move it piece by piece, so that it may be larger than the memory,
    and show how far it is. The receiver's last word says whether it was kept.

    The receiver trusts nobody: a name that leads out of the folder is refused, a file that is there already is not
    replaced, and what came incomplete or with another checksum is taken away.

    With neither -Path nor -Receive it shows both ends on this machine, with a file of random bytes that is gone afterwards.

    Nothing is encrypted, and whoever reaches the port can send: use it among computers that you trust.

    Runs the same in pwsh and in tcpchat.

.PARAMETER Path
    The file to send.

.PARAMETER ComputerName
    The computer to send it to.

.PARAMETER Receive
    Receives files until Ctrl+C.

.PARAMETER Folder
    The folder that received files are put into. The current one, where none is said.

.PARAMETER Address
    The address to receive at. 127.0.0.1 can be reached from this machine only; 0.0.0.0 is every IPv4 address.

.PARAMETER MaximumLength
    The longest file that is received, in bytes.

.PARAMETER Port
    The port to receive at, or to send to. With -Receive, 0 means that the system chooses one.

.EXAMPLE
    ./examples/lan-file-drop.ps1

.EXAMPLE
    ./examples/lan-file-drop.ps1 -Receive -Folder ~/Downloads -Address 0.0.0.0

    The other computers then say: ./examples/lan-file-drop.ps1 -Path ./photos.zip -ComputerName thisone
#>
#Requires -Version 7.6
[CmdletBinding(DefaultParameterSetName = 'Both')]
param(
    [Parameter(ParameterSetName = 'Send', Mandatory)]
    [string] $Path,

    [Parameter(ParameterSetName = 'Send', Mandatory)]
    [string] $ComputerName,

    [Parameter(ParameterSetName = 'Receive', Mandatory)]
    [switch] $Receive,

    [Parameter(ParameterSetName = 'Receive')]
    [string] $Folder = '.',

    [Parameter(ParameterSetName = 'Receive')]
    [ipaddress] $Address = '127.0.0.1',

    [Parameter(ParameterSetName = 'Receive')]
    [ValidateRange(0, [long]::MaxValue)]
    [long] $MaximumLength = 10GB,

    [Parameter(ParameterSetName = 'Send')]
    [Parameter(ParameterSetName = 'Receive')]
    [ValidateRange(0, 65535)]
    [int] $Port = 7100
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

if (-not (Get-Module -Name TcpChat)) {
    Import-Module -Name "$PSScriptRoot/../TcpChat.psd1"
}

# What the receiver does with one sender. What it puts out is told by the receiver; what it sends is the sender's answer.
$receiver = {
    param($Session, [string] $Folder, [long] $MaximumLength)

    $ErrorActionPreference = 'Stop'
    $from = $Session.RemoteEndPoint.Address
    try {
        $head = (Wait-TcpMessage -Session $Session -Pattern '\A(?<Name>.*)\n(?<Length>\d{1,18})\n(?<Checksum>[0-9A-F]{64})\n' -CaseSensitive).Groups
        $name = $head.Name
        if ($name -notmatch '^[^\\/:*?"<>|\p{Cc}]+$' -or $name -match '^\.|[. ]$') {
            throw 'this is not a name for a file'
        }

        $length = [long]$head.Length
        if ($length -gt $MaximumLength) {
            throw "a file may have $MaximumLength bytes"
        }

        # Nobody else can have the name from here on.
        $path = [System.IO.Path]::Combine($Folder, $name)
        try { [System.IO.FileStream]::new($path, 'CreateNew').Dispose() } catch { throw "there can be no new file $name" }
        $file = $null
        $isWhole = $false
        try {
            $Session | Send-TcpMessage "go on`n"
            $null = Receive-TcpMessage -Session $Session -LiteralPath $path -Length $length -Force
            $file = [System.IO.File]::OpenRead($path)
            $isWhole = [System.Convert]::ToHexString([System.Security.Cryptography.SHA256]::HashData($file)) -eq $head.Checksum
        }
        finally {
            # Also where the sender has left, or the receiver is stopped.
            if ($file) {
                $file.Dispose()
            }
            if (-not $isWhole) {
                [System.IO.File]::Delete($path)
            }
        }

        if (-not $isWhole) {
            throw 'the checksum is another'
        }

        "kept $name from ${from}: $length bytes, the checksum is equal"
        $Session | Send-TcpMessage "kept`n"
    }
    catch {
        # It can have in it what the sender has said.
        $reason = $_.Exception.Message -replace '\p{Cc}', '?'
        "refused a file from ${from}: $reason"
        if ($Session.State -eq 'Open') {
            $Session | Send-TcpMessage "refused: $reason`n"
        }
    }
}

# Sends a file; gives a line that says so. An error where it was not kept.
function Send-File {
    param([string] $Path, [string] $ComputerName, [int] $Port)

    $file = [System.IO.File]::OpenRead($Path)
    $checksum = [System.Convert]::ToHexString([System.Security.Cryptography.SHA256]::HashData($file))
    $length = $file.Length
    $file.Dispose()

    $session = Connect-TcpChat -ComputerName $ComputerName -Port $Port -Framing Raw
    try {
        $name = [System.IO.Path]::GetFileName($Path)
        $session | Send-TcpMessage "$name`n$length`n$checksum`n"
        $answer = ($session | Wait-TcpMessage '.*\n').Match.Trim()
        if ($answer -eq 'go on') {
            $null = $session | Send-TcpMessage -LiteralPath $Path
            $answer = ($session | Wait-TcpMessage '.*\n' -TimeoutSec 300).Match.Trim()
        }

        if ($answer -ne 'kept') {
            throw "$ComputerName has $($answer -replace '\p{Cc}', '?')"
        }

        "sent $name to ${ComputerName}: $length bytes, SHA-256 $($checksum.Substring(0, 16))..."
    }
    finally {
        $session | Disconnect-TcpChat
    }
}

if ($Path) {
    Send-File $PSCmdlet.GetUnresolvedProviderPathFromPSPath($Path) $ComputerName $Port
    return
}

$own = $null
$server = $null
try {
    if ($Receive) {
        $into = $PSCmdlet.GetUnresolvedProviderPathFromPSPath($Folder)
    }
    else {
        $own = [System.IO.Directory]::CreateTempSubdirectory('tcpchat-example-')
        $into = $own.CreateSubdirectory('received').FullName
        $Port = 0
    }

    $server = Start-TcpChatServer -Name 'Receiver' -Port $Port -Address $Address -Framing Raw -ScriptBlock $receiver -ArgumentList $into, $MaximumLength
    "Receiver listens at $($server.LocalEndPoint)"

    if ($Receive) {
        Receive-Job -Job $server -Wait | ForEach-Object { "Receiver $_" }
        return
    }

    $sent = [System.IO.Path]::Combine($own.FullName, 'random.bin')
    [System.IO.File]::WriteAllBytes($sent, [System.Security.Cryptography.RandomNumberGenerator]::GetBytes(5000000))
    "Sender   $(Send-File $sent '127.0.0.1' $server.Port)"
    $null = $server.ChildJobs | Wait-Job -Timeout 10
    Receive-Job -Job $server | ForEach-Object { "Receiver $_" }

    # The receiver has it now, and keeps what it has.
    try {
        Send-File $sent '127.0.0.1' $server.Port
    }
    catch {
        "Sender   the same again: $($_.Exception.Message)"
    }

    $null = $server.ChildJobs | Wait-Job -Timeout 10
    Receive-Job -Job $server | ForEach-Object { "Receiver $_" }
}
finally {
    if ($server) {
        Stop-TcpChatServer -Server $server
        Remove-Job -Job $server
    }
    if ($own) {
        $own.Delete($true)
    }
}
