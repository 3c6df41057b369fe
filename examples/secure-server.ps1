<#
.SYNOPSIS
    A TLS server with a certificate and a key that welcomes each client after the handshake, and clients that check it.

.DESCRIPTION
    The tutorial's last server: it loads a certificate and a key, speaks TLS with each client, says its welcome when the
    handshake is complete, shows what the client says, and closes a connection whose handshake fails. It does not ask who the
    client is; the tutorial says how that is done, and -Mutual does it.

    The certificates are for development and made for this run, in a folder that only this user can read and that goes at the
    end. One client trusts their authority; another trusts what its system trusts, and refuses the server; a third speaks no
    TLS, and the server goes on. Nothing sleeps, and every wait has a limit.

    Runs the same in pwsh and in tcpchat.

.PARAMETER Port
    The port to listen at. 0: the system chooses a free one.

.PARAMETER Mutual
    Each client must show a certificate of the same authority.

.EXAMPLE
    ./examples/secure-server.ps1

.EXAMPLE
    ./examples/secure-server.ps1 -Mutual
#>
#Requires -Version 7.6
[CmdletBinding()]
param(
    [ValidateRange(0, 65535)]
    [int] $Port = 0,
    [switch] $Mutual
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

if (-not (Get-Module -Name TcpChat)) {
    Import-Module -Name "$PSScriptRoot/../TcpChat.psd1"
}

$folder = [System.IO.Directory]::CreateTempSubdirectory('tcpchat-example-').FullName
$null = New-TcpChatCertificate -Path $folder
$trust = "$folder/authority.pem"
$tls = @{ CertificatePath = "$folder/server.pem"; KeyPath = "$folder/server.key.pem" }
$mine = @{}
if ($Mutual) {
    $tls += @{ RequireClientCertificate = $true; TrustedCertificatePath = $trust }
    $mine = @{ ClientCertificatePath = "$folder/client.pem"; ClientKeyPath = "$folder/client.key.pem" }
}

$server = Start-TcpChatServer -Name 'Server' -Port $Port @tls -Greeting 'Welcome to the server!'
"Server   listens at $($server.LocalEndPoint) as $($server.CertificateSubject)"

try {
    $client = Connect-TcpChat -ComputerName localhost -Port $server.Port -UseTls -TrustedCertificatePath $trust @mine
    "Client   has checked that it talks to $($client.Tls.PeerSubject), by $($client.Tls.Protocol)"
    "Client   server say:$(Receive-TcpMessage -Session $client -TimeoutSec 10)"
    $client | Send-TcpMessage 'hello Server!'
    $message = Receive-TcpMessage -Server $server -TimeoutSec 10
    $who = $message.Session.Tls.PeerSubject ?? 'somebody'
    "Server   $who say:$message"

    try {
        Connect-TcpChat -ComputerName localhost -Port $server.Port -UseTls @mine
    }
    catch {
        "Stranger does not trust the server: $($_.FullyQualifiedErrorId.Split(',')[0])"
    }

    # Text where the handshake should begin.
    $plain = Connect-TcpChat -ComputerName localhost -Port $server.Port
    $plain | Send-TcpMessage 'hello, is anybody there?'
    $null = Wait-TcpChatSession -Session $plain -TimeoutSec 10
    'Plain    speaks no TLS, and is cut'

    $client | Send-TcpMessage 'Bye~'
    "Server   $who say:$(Receive-TcpMessage -Server $server -TimeoutSec 10)"
    Disconnect-TcpChat -Session $client
}
finally {
    Stop-TcpChatServer -Server $server
    Remove-Job -Job $server
    [System.IO.Directory]::Delete($folder, $true)
}

'Server   stopped'
