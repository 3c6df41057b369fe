# Real servers from the distribution, for a test that has loaded common.ps1: each a process of its own, at a port and with a
# folder of its own, and ended by Clear-TcpChat. Start-...Server returns when the server says that it listens.

<#
.SYNOPSIS
Starts a server with the arguments that a script block gives for a port and a folder; gives the program with Port and Folder.
#>
function Start-ForeignServer {
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'A test helper.')]
    param([string] $FilePath, [scriptblock] $ArgumentList, [string] $Listens)
    for ($attempt = 1; ; $attempt++) {
        $folder = (New-Item (Join-Path $TestDrive "server-$(New-Guid)") -ItemType Directory).FullName
        $port = Get-FreePort

        # Some say on their error output that they listen.
        $server = Start-TestProgram sh (@('-c', 'exec "$0" "$@" 2>&1', $FilePath) + (& $ArgumentList $port $folder))
        try {
            $null = Wait-TestPeer $server "*$Listens*"
            $server.Port = $port
            $server | Add-Member Folder $folder
            return $server
        }
        catch {
            # The port that was free a moment ago can have been taken; more than once in a row is no accident.
            if (-not $server.Process.HasExited -or $attempt -eq 5) {
                throw
            }
        }
    }
}

<#
.SYNOPSIS
Starts redis-server, which keeps nothing on disk.
#>
function Start-RedisServer {
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'A test helper.')]
    param()
    Start-ForeignServer redis-server -Listens 'Ready to accept connections' {
        param($Port, $Folder)
        '--port', $Port, '--bind', '127.0.0.1', '--save', '', '--dir', $Folder
    }
}

<#
.SYNOPSIS
Starts ngircd, an IRC server; it lets in who has answered its PING.
#>
function Start-IrcServer {
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'A test helper.')]
    param()
    Start-ForeignServer (Get-IrcServer) -Listens ' ready.' {
        param($Port, $Folder)
        $configuration = Join-Path $Folder ngircd.conf
        Set-Content $configuration @"
[Global]
Name = irc.example.test
Info = A server for a test
AdminEMail = nobody@example.test
MotdPhrase = Welcome
Listen = 127.0.0.1
Ports = $Port
[Options]
DNS = no
Ident = no
PAM = no
RequireAuthPing = yes
[Limits]
MaxConnectionsIP = 0
MaxPenaltyTime = 0
"@
        '-n', '-f', $configuration
    }
}

<#
.SYNOPSIS
Tells where ngircd lies: Debian puts it where the PATH of a user who is not root does not lead.
#>
function Get-IrcServer {
    (Test-Path /usr/sbin/ngircd) ? '/usr/sbin/ngircd' : 'ngircd'
}

<#
.SYNOPSIS
Starts aiosmtpd, an SMTP server; what is delivered lies in mail/new of its folder.
#>
function Start-SmtpServer {
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'A test helper.')]
    param()
    Start-ForeignServer aiosmtpd -Listens 'Server is listening on' {
        param($Port, $Folder)
        '-n', '-d', '-l', "127.0.0.1:$Port", '-c', 'aiosmtpd.handlers.Mailbox', (Join-Path $Folder mail)
    }
}
