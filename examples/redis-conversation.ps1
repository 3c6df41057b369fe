<#
.SYNOPSIS
    A conversation with Redis: values go and come back, and a hundred commands are sent in one go.

.DESCRIPTION
    Redis speaks in lines that end with CR and LF, and in values that may hold anything: their length is told before. So
    the messages here are what lies between CR and LF (-Delimiter), and Receive-Reply puts a value together again that has
    CR and LF in it. The three functions are all that a client of Redis needs.

    Where no server is named, the script starts a small fake that knows the few commands that are used here.

    Runs the same in pwsh and in tcpchat.

.PARAMETER ComputerName
    The computer that Redis runs on. Its database gets two keys that begin with tcpchat-example, which are taken away in
    the end. None: the script talks to a fake of its own.

.PARAMETER Port
    The port of Redis.

.EXAMPLE
    ./examples/redis-conversation.ps1

.EXAMPLE
    ./examples/redis-conversation.ps1 -ComputerName 127.0.0.1 -Port 6379
#>
#Requires -Version 7.6
[CmdletBinding()]
param(
    [string] $ComputerName,
    [ValidateRange(1, 65535)]
    [int] $Port = 6379
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

if (-not (Get-Module -Name TcpChat)) {
    Import-Module -Name "$PSScriptRoot/../TcpChat.psd1"
}

# A command as Redis wants it: how many words, then each word after its length in bytes. Sending it adds the last CR and LF.
function ConvertTo-Command {
    param([string[]] $Word)

    $lines = foreach ($each in $Word) {
        "`$$([System.Text.Encoding]::UTF8.GetByteCount($each))"
        $each
    }
    @("*$($Word.Count)") + $lines -join "`r`n"
}

# The answer to one command. Its first character tells what it is.
function Receive-Reply {
    param($Session)

    $line = (Receive-TcpMessage -Session $Session -TimeoutSec 10).Text
    $rest = $line.Substring(1)
    switch -CaseSensitive ($line[0]) {
        '+' { $rest }
        ':' { [long]$rest }
        '-' { throw "Redis refuses: $rest" }
        '*' { , @(for ($left = [int]$rest; $left -gt 0; $left--) { Receive-Reply $Session }) }
        '$' {
            if ([int]$rest -ge 0) {
                $value = (Receive-TcpMessage -Session $Session -TimeoutSec 10).Text
                while ([System.Text.Encoding]::UTF8.GetByteCount($value) -lt [int]$rest) {
                    $value += "`r`n" + (Receive-TcpMessage -Session $Session -TimeoutSec 10).Text
                }
                $value
            }
        }
        default { throw "This is no answer of Redis: $line" }
    }
}

# Sends a command, and gives the answer.
function Invoke-RedisCommand {
    param([string[]] $Word)

    ConvertTo-Command $Word | Send-TcpMessage -Session $redis
    Receive-Reply $redis
}

# What a Redis would do, as far as this example asks for it. It knows no value with CR and LF together.
$fake = {
    param($Session)

    $store = @{}
    $words = [System.Collections.Generic.List[string]]::new()
    $missing = 0
    Receive-TcpMessage -Session $Session -Follow | ForEach-Object {
        if ($missing -eq 0) {
            $missing = 2 * [int]$_.Text.Substring(1)
            $words.Clear()
            return
        }

        # Lengths and words come by turns.
        $missing--
        if ($missing % 2 -eq 0) {
            $words.Add($_.Text)
        }
        if ($missing -gt 0) {
            return
        }

        $key = $words.Count -gt 1 ? $words[1] : ''
        $answer = switch ($words[0]) {
            'PING' { '+PONG' }
            'SET' { $store[$key] = $words[2]; '+OK' }
            'GET' { $store.ContainsKey($key) ? "`$$([System.Text.Encoding]::UTF8.GetByteCount($store[$key]))`r`n$($store[$key])" : '$-1' }
            'INCR' { $store[$key] = 1 + $store[$key]; ":$($store[$key])" }
            'DEL' { $before = $store.Count; $words | ForEach-Object { $store.Remove($_) }; ":$($before - $store.Count)" }
            default { "-ERR unknown command '$($words[0])'" }
        }
        $_ | Send-TcpMessage $answer
    }
}

$server = $null
$redis = $null
try {
    if (-not $ComputerName) {
        $server = Start-TcpChatServer -Name 'FakeRedis' -Delimiter "`r`n" -MaximumMessageSize 2MB -ScriptBlock $fake
        $ComputerName = '127.0.0.1'
        $Port = $server.Port
        "System   no -ComputerName is given: a small fake of Redis answers at $($server.LocalEndPoint)"
    }

    $redis = Connect-TcpChat -ComputerName $ComputerName -Port $Port -Delimiter "`r`n" -MaximumMessageSize 2MB
    "System   connected to $ComputerName"

    'Client   PING'
    "Redis    $(Invoke-RedisCommand 'PING')"

    $texts = @(
        @{ Text = "hello, 你好`
This is the second line."; Name = 'two lines' }
        @{ Text = 'All work and no play. ' * 50000; Name = '1,100,000 characters' }
    )
    foreach ($value in $texts) {
        "Client   SET tcpchat-example-text: $($value.Name)"
        "Redis    $(Invoke-RedisCommand 'SET', 'tcpchat-example-text', $value.Text)"
        'Client   GET tcpchat-example-text'
        $same = (Invoke-RedisCommand 'GET', 'tcpchat-example-text') -ceq $value.Text
        "Redis    gives it as it went: $same"
    }

    # No need to wait for an answer before the next command: the answers come in the order of the commands.
    'Client   INCR tcpchat-example-count, a hundred times in one go'
    $commands = @(ConvertTo-Command 'INCR', 'tcpchat-example-count') * 100
    Send-TcpMessage ($commands -join "`r`n") -Session $redis
    $replies = @(foreach ($command in $commands) { Receive-Reply $redis })
    "Redis    $($replies[0..2] -join ', '), ..., $($replies[-2, -1] -join ', ')"

    'Client   SHOUT'
    try {
        Invoke-RedisCommand 'SHOUT'
    }
    catch {
        $_.Exception.Message -replace '^Redis refuses: (\w+).*', 'Redis    refuses: $1'
    }

    'Client   DEL tcpchat-example-text tcpchat-example-count'
    "Redis    took $(Invoke-RedisCommand 'DEL', 'tcpchat-example-text', 'tcpchat-example-count') keys away"

    $redis | Disconnect-TcpChat
    "System   $($redis.MessagesSent) messages out, $($redis.MessagesReceived) in, $($redis.BytesReceived) bytes in"
}
finally {
    if ($redis) {
        $redis | Disconnect-TcpChat
    }
    if ($server) {
        Stop-TcpChatServer -Server $server
        Remove-Job -Job $server
    }
}
