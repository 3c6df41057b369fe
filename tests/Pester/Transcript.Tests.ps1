[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'A test sees the variables of its BeforeEach.')]
param()

BeforeAll {
    . $PSScriptRoot/common.ps1
}

Describe 'Transcripts' {
    BeforeEach {
        $path = Join-Path $TestDrive "$([guid]::NewGuid()).jsonl"
    }

    AfterEach {
        Clear-TcpChat
    }

    It 'writes down both ends of a conversation, which can be read while it grows' {
        $talk = New-Conversation @{ TranscriptPath = $path; Greeting = 'Hello' } @{ TranscriptPath = $path }
        $null = Receive-TcpMessage $talk.Client -TimeoutSec $patience
        "caf$([char]0xE9) $([char]::ConvertFromUtf32(0x1F600))" | Send-TcpMessage -Session $talk.Client
        $null = Receive-TcpMessage $talk.Remote -TimeoutSec $patience
        $records = @(Get-Content -LiteralPath $path | ConvertFrom-Json)
        $remote = @($records | Where-Object session -EQ $talk.Remote.Id)
        $remote.kind | Should -Be 'opened', 'message', 'message'
        $remote[1..2].direction | Should -Be 'out', 'in'
        $remote[1..2].text | Should -Be 'Hello', "caf$([char]0xE9) $([char]::ConvertFromUtf32(0x1F600))"
        $remote[0].name | Should -Be $talk.Remote.Name
        $remote[0].process | Should -Be $PID
        $remote[0].time | Should -BeOfType datetime

        Disconnect-TcpChat $talk.Client
        $null = Wait-TcpChatSession $talk.Remote -TimeoutSec $patience
        $closed = @(Get-Content -LiteralPath $path | ConvertFrom-Json | Where-Object kind -EQ closed)
        ($closed | Where-Object session -EQ $talk.Remote.Id).reason | Should -Be 'PeerClosed'
        ($closed | Where-Object session -EQ $talk.Client.Id).reason | Should -Be 'LocalClosed'
    }

    It 'writes down what a handler of a process of its own hears and says' {
        $server = Start-TcpChatServer -Model Process -TranscriptPath $path -OnMessage { "<$_>" }
        $client = Connect-TcpChat 127.0.0.1 $server.Port
        'one', 'two' | Send-TcpMessage -Session $client
        $null = Receive-TcpMessage $client -Count 2 -TimeoutSec 60
        $process = $server.Sessions[0].ProcessId
        Disconnect-TcpChat $client
        $null = Wait-TcpChatSession -Server $server -Count 0 -TimeoutSec 60
        $records = @(Get-Content -LiteralPath $path | ConvertFrom-Json)
        $records.process | Select-Object -Unique | Should -Be $process
        $records.kind | Should -Be 'opened', 'message', 'message', 'message', 'message', 'closed'
        ($records | Where-Object direction -EQ in).text | Should -Be 'one', 'two'
        ($records | Where-Object direction -EQ out).text | Should -Be '<one>', '<two>'
    }

    It 'writes down a connection that failed' {
        $port = Get-FreePort
        $null = Connect-TcpChat 127.0.0.1 $port -TranscriptPath $path -ErrorAction Ignore
        $record = Get-Content -LiteralPath $path | ConvertFrom-Json
        $record.kind | Should -Be 'failed'
        $record.target | Should -Be "127.0.0.1:$port"
    }

    It 'gives <Id> for <What>' -ForEach @(
        @{ What = 'a folder'; Id = 'PathIsFolder'; Script = { Start-TcpChatServer -TranscriptPath TestDrive:/ } }
        @{ What = 'no folder'; Id = 'FileNotFound'; Script = { Start-TcpChatServer -TranscriptPath TestDrive:/no/such } }
        @{ What = 'another provider'; Id = 'PathNotFileSystem'; Script = { Connect-TcpChat 127.0.0.1 1 -TranscriptPath env:x } }
    ) {
        $failure = { & $Script } | Should -Throw -PassThru
        $failure.FullyQualifiedErrorId | Should -BeLike "$Id,*"
        @(Get-TcpChatServer) | Should -HaveCount 0
    }

    It 'goes on where the disk is full: counted, and told once' {
        if (-not (Test-Path /dev/full)) {
            Set-ItResult -Skipped -Because 'the system has no device that is always full'
        }

        $talk = New-Conversation @{ TranscriptPath = '/dev/full' } @{ TranscriptPath = '/dev/full' }
        'one', 'two' | Send-TcpMessage -Session $talk.Client -WarningVariable warnings -WarningAction SilentlyContinue
        (Receive-TcpMessage $talk.Remote -Count 2 -TimeoutSec $patience).Text | Should -Be 'one', 'two'
        $warnings | Should -HaveCount 1
        $warnings[0] | Should -BeLike "*'/dev/full' could not be written*"
        $talk.Client.TranscriptErrors | Should -Be 3
        $talk.Server.TranscriptErrors | Should -Be 3
        Wait-Until { $talk.Server.Warning.Count -gt 0 } 'the job has a warning'
        Stop-TcpChatServer $talk.Server
        @($talk.Server.Warning) | Should -HaveCount 1
    }

    It 'loses nothing that was acknowledged when its process is killed, and the next writer is not harmed' {
        $script = Join-Path $TestDrive 'writer.ps1'
        Set-Content -LiteralPath $script @"
`$ErrorActionPreference = 'Stop'
Import-Module '$manifestPath'
`$server = Start-TcpChatServer -Echo
`$client = Connect-TcpChat 127.0.0.1 `$server.Port -TranscriptPath '$path'
for (`$i = 1; `$true; `$i++) {
    `$client.Send("`$i " + ('x' * 10000))
    `$null = `$client.Receive()
    [Console]::Out.WriteLine("acknowledged `$i")
}
"@
        $writer = Start-TestProgram ([Environment]::ProcessPath) @('-NoProfile', '-NonInteractive', '-File', $script)
        $null = Wait-TestPeer $writer 'acknowledged 200' -TimeoutSec 60
        $writer.Process.Kill()
        $writer.Process.WaitForExit()
        $acknowledged = [int]((@($writer.Lines) + @($writer.Process.StandardOutput.ReadToEnd() -split '\r?\n' | Where-Object { $_ -like 'acknowledged *' }))[-1] -replace '\D')

        $lines = [IO.File]::ReadAllText($path).Split("`n")
        $records = @($lines[0..($lines.Count - 2)] | ConvertFrom-Json)
        $numbers = @($records | Where-Object direction -EQ in | ForEach-Object { [int]($_.text -split ' ')[0] })
        $numbers.Count | Should -BeGreaterOrEqual $acknowledged
        $numbers | Should -Be (1..$numbers.Count)

        $talk = New-Conversation @{} @{ TranscriptPath = $path }
        (Get-Content -LiteralPath $path)[-1] | ConvertFrom-Json | ForEach-Object kind | Should -Be 'opened'
    }
}
