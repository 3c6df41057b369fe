[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'A test sees the variables of its BeforeEach.')]
param()

BeforeAll {
    . $PSScriptRoot/common.ps1

    # Writes a file of so many bytes in which every 64 KiB differ.
    function New-TestFile {
        [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'A test helper.')]
        param([string] $Name, [int] $Length)
        $path = Join-Path $TestDrive $Name
        $bytes = [byte[]]::new($Length)
        [Random]::new(42).NextBytes($bytes)
        [IO.File]::WriteAllBytes($path, $bytes)
        $path
    }

    function Get-Hash {
        param([string] $Path)
        (Get-FileHash -LiteralPath $Path).Hash
    }
}

Describe 'Files' {
    BeforeEach {
        $copy = Join-Path $TestDrive "copy-$([guid]::NewGuid())"
    }

    AfterEach {
        Clear-TcpChat
    }

    It 'moves 16 MiB with the framing <Framing>, checksum equal' -ForEach @(
        @{ Framing = 'Raw' }
        @{ Framing = 'LengthPrefixed' }
    ) {
        $file = New-TestFile large 16MB
        $talk = New-Conversation @{ Framing = $Framing } @{ Framing = $Framing }
        $sending = Start-Shell { Send-TcpMessage -LiteralPath $file -Session $client; Disconnect-TcpChat $client } @{ file = $file; client = $talk.Client }
        $received = Receive-TcpMessage $talk.Remote -LiteralPath $copy
        $sent = Receive-Shell $sending
        Get-Hash $copy | Should -Be (Get-Hash $file)
        $received.Length | Should -Be 16MB
        $received.Path | Should -Be $copy
        $received.Session | Should -Be $talk.Remote
        $sent.Length | Should -Be 16MB
        $sent.TotalLength | Should -Be 16MB
        $sent.Direction | Should -Be 'Sent'
        $sent.Duration | Should -BeGreaterThan ([timespan]::Zero)
    }

    It 'sends to all sessions of a server at once, and sessions and servers come by the pipeline' {
        $file = New-TestFile small 100000
        $talk = New-Conversation @{ Framing = 'LengthPrefixed' } @{ Framing = 'LengthPrefixed' }
        $second = Connect-TcpChat 127.0.0.1 $talk.Server.Port -Framing LengthPrefixed
        $null = Wait-TcpChatSession -Server $talk.Server -Count 2 -TimeoutSec $patience
        @(Send-TcpMessage -LiteralPath $file -Server $talk.Server -All) | Should -HaveCount 2
        @($talk.Server | Send-TcpMessage -LiteralPath $file -All) | Should -HaveCount 2
        @($talk.Server.Sessions | Send-TcpMessage -LiteralPath $file) | Should -HaveCount 2
        foreach ($session in $talk.Client, $second) {
            foreach ($time in 1..3) {
                $null = $session | Receive-TcpMessage -LiteralPath $copy -Force
                Get-Hash $copy | Should -Be (Get-Hash $file)
            }
        }
    }

    It 'takes a path by its property PSPath, drives and relative paths' {
        $file = New-TestFile small 10
        $talk = New-Conversation @{ Framing = 'Raw' } @{ Framing = 'Raw' }
        $null = Send-TcpMessage -PSPath (Get-Item $file).PSPath -Session $talk.Client
        $null = Send-TcpMessage -LiteralPath TestDrive:/small $talk.Client
        Push-Location $TestDrive
        try {
            $null = Send-TcpMessage -LiteralPath ./small $talk.Client
            (Receive-TcpMessage $talk.Remote -LiteralPath '[3] copies' -Length 30).Path | Should -Be (Join-Path $TestDrive '[3] copies')
        }
        finally {
            Pop-Location
        }
    }

    It 'gives <Id> for <What>' -ForEach @(
        @{ What = 'no file'; Id = 'FileNotFound'; Category = 'ObjectNotFound'; Script = { Send-TcpMessage -LiteralPath TestDrive:/nosuch $talk.Client } }
        @{ What = 'a folder'; Id = 'PathIsFolder'; Category = 'InvalidArgument'; Script = { Send-TcpMessage -LiteralPath TestDrive:/ $talk.Client } }
        @{ What = 'another provider'; Id = 'PathNotFileSystem'; Category = 'InvalidArgument'; Script = { Send-TcpMessage -LiteralPath env:PATH $talk.Client } }
        @{ What = 'no such drive'; Id = 'DriveNotFound'; Category = 'ObjectNotFound'; Script = { Send-TcpMessage -LiteralPath nosuch:/x $talk.Client } }
        @{ What = 'a folder to write to'; Id = 'PathIsFolder'; Category = 'InvalidArgument'; Script = { Receive-TcpMessage $talk.Remote -LiteralPath TestDrive:/ -Force } }
        @{ What = 'no folder to write to'; Id = 'FileNotFound'; Category = 'ObjectNotFound'; Script = { Receive-TcpMessage $talk.Remote -LiteralPath TestDrive:/no/such } }
        @{ What = 'a file that is there'; Id = 'FileExists'; Category = 'ResourceExists'; Script = { Receive-TcpMessage $talk.Remote -LiteralPath (New-TestFile there 1) } }
        @{ What = 'two sessions into one file'; Id = 'SessionNotSingle'; Category = 'InvalidArgument'; Script = { $talk.Remote, $talk.Client | Receive-TcpMessage -LiteralPath $copy } }
        @{ What = '-Length without a file'; Id = 'LiteralPathMissing'; Category = 'InvalidArgument'; Script = { Receive-TcpMessage $talk.Remote -Length 1 } }
        @{ What = '-Follow with a file'; Id = 'FollowNotUsed'; Category = 'InvalidArgument'; Script = { Receive-TcpMessage $talk.Remote -Follow -LiteralPath $copy } }
        @{ What = '-Length with lines'; Id = 'LengthNotUsed'; Category = 'InvalidArgument'; Script = { Receive-TcpMessage $talk.Remote -LiteralPath $copy -Length 1 } }
        @{ What = 'a peer that sends nothing'; Id = 'TransferTimeout'; Category = 'OperationTimeout'; Script = { Receive-TcpMessage $talk.Remote -LiteralPath $copy -StallTimeoutSec 0.01 } }
        @{ What = 'a time that is over'; Id = 'TransferTimeout'; Category = 'OperationTimeout'; Script = { Receive-TcpMessage $talk.Remote -LiteralPath $copy -TimeoutSec 0.01 } }
        @{ What = 'a session that is over'; Id = 'SessionClosed'; Category = 'ResourceUnavailable'; Script = { Disconnect-TcpChat $talk.Client; Send-TcpMessage -LiteralPath (New-TestFile there 1) $talk.Client } }
    ) {
        $talk = New-Conversation
        $failure = { & $Script } | Should -Throw -PassThru
        $failure.FullyQualifiedErrorId | Should -BeLike "$Id,*"
        $failure.CategoryInfo.Category | Should -Be $Category
        $failure.TargetObject | Should -Not -BeNullOrEmpty -Because "$Id has a target"
    }

    It 'says how far a file came when the peer resets; what came is on the disk' {
        $talk = New-Conversation @{ Framing = 'Raw' } @{ Framing = 'Raw' }
        $receiving = Start-Shell { Receive-TcpMessage $remote -LiteralPath $copy -Length 1000 } @{ remote = $talk.Remote; copy = $copy }
        Send-TcpMessage ('x' * 400) $talk.Client
        Wait-Until { (Test-Path $copy) -and (Get-Item $copy).Length -eq 400 } 'the beginning is written'
        Disconnect-TcpChat $talk.Client -Force
        $null = Receive-Shell $receiving
        $failure = $receiving.Shell.Streams.Error[0]
        $failure.FullyQualifiedErrorId | Should -BeLike 'TransferIncomplete,*'
        $failure.Exception.Message | Should -BeLike '400 of 1000 bytes*PeerReset*'
        $failure.Exception.Transfer.Length | Should -Be 400
        $failure.TargetObject | Should -Be $talk.Remote
        (Get-Item $copy).Length | Should -Be 400
    }

    It 'ends Receive-TcpMessage -LiteralPath by Ctrl+C within 500 ms; what came is in the file, and what comes can be read' {
        $talk = New-Conversation @{ Framing = 'Raw' } @{ Framing = 'Raw' }
        $receiving = Start-Shell { Receive-TcpMessage $remote -LiteralPath $copy } @{ remote = $talk.Remote; copy = $copy }
        Send-TcpMessage ('x' * 400) $talk.Client
        Wait-Until { (Test-Path $copy) -and (Get-Item $copy).Length -eq 400 } 'the beginning is written'
        $watch = [Diagnostics.Stopwatch]::StartNew()
        $receiving.Shell.Stop()
        $watch.ElapsedMilliseconds | Should -BeLessThan 500
        $receiving.Shell.Streams.Error | Should -BeNullOrEmpty
        Send-TcpMessage 'next' $talk.Client
        (Receive-TcpMessage $talk.Remote -TimeoutSec $patience).Text | Should -Be 'next'
        (Get-Item $copy).Length | Should -Be 400
    }

    It 'ends Send-TcpMessage -LiteralPath by Ctrl+C within 500 ms; the peer sees a reset and not an end' {
        $file = New-TestFile large 16MB
        $talk = New-Conversation @{ Framing = 'Raw' } @{ Framing = 'Raw' }
        $sending = Start-Shell { Send-TcpMessage -LiteralPath $file -Session $client } @{ file = $file; client = $talk.Client }
        Wait-Until { $talk.Client.OutboxLength -gt 0 } 'the peer takes no more'
        $watch = [Diagnostics.Stopwatch]::StartNew()
        $sending.Shell.Stop()
        $watch.ElapsedMilliseconds | Should -BeLessThan 500
        $sending.Shell.Streams.Error | Should -BeNullOrEmpty
        $failure = { Receive-TcpMessage $talk.Remote -LiteralPath $copy } | Should -Throw -PassThru
        $failure.FullyQualifiedErrorId | Should -BeLike 'TransferIncomplete,*'
        $talk.Client.CloseReason | Should -Be 'LocalClosed'
    }

    It 'shows a bar while a file takes longer than a second, and takes it away' {
        $talk = New-Conversation @{ Framing = 'Raw' } @{ Framing = 'Raw' }
        $receiving = Start-Shell { Receive-TcpMessage $remote -LiteralPath $copy -Length 8 } @{ remote = $talk.Remote; copy = $copy }
        Send-TcpMessage '1234' $talk.Client
        $bars = $receiving.Shell.Streams.Progress
        Wait-Until { $bars.Count -gt 0 } 'there is a bar'
        Send-TcpMessage '5678' $talk.Client
        $null = Receive-Shell $receiving
        $bars[0].Activity | Should -BeLike 'Receiving copy-*'
        $bars[0].StatusDescription | Should -BeLike '4 B of 8 B*'
        $bars[0].PercentComplete | Should -Be 50
        $bars[-1].RecordType | Should -Be 'Completed'
    }

    It 'shows no bar for what is quick' {
        $file = New-TestFile small 10
        $talk = New-Conversation
        $sending = Start-Shell { Send-TcpMessage -LiteralPath $file $client } @{ file = $file; client = $talk.Client }
        $null = Receive-Shell $sending
        $sending.Shell.Streams.Progress.Count | Should -Be 0
    }

    It 'shows a transfer as a table row, without escape sequences' {
        $file = New-TestFile "odd$([char]27)]0;name" 10
        $talk = New-Conversation
        $row = Send-TcpMessage -LiteralPath $file $talk.Client | Format-Table | Out-String
        $row | Should -Match 'Sent +10 '
        $row | Should -Not -Match "$([char]27)\]0;name"
    }

    It 'sends a file to <Program>, and gets one from it' -ForEach @(
        @{ Program = 'ncat'; Listen = { 'exec ncat -l 127.0.0.1 "$1" < "$2" > "$3"' } }
        @{ Program = 'socat'; Listen = { 'exec socat -t 20 - "TCP4-LISTEN:$1,bind=127.0.0.1" < "$2" > "$3"' } }
    ) {
        Skip-Without $Program
        $file = New-TestFile large 3000000
        $other = New-TestFile other 2000000
        $port = Get-FreePort
        $listener = Start-TestProgram bash @('-c', (& $Listen), 'listener', $port, $other, $copy)
        $client = $null
        Wait-Until {
            $script:connected = Connect-TcpChat 127.0.0.1 $port -Framing Raw -HalfCloseTimeoutSec 20 -ErrorAction Ignore
            $script:connected
        } "$Program listens"
        $client = $script:connected
        $back = "$copy-back"
        $sending = Start-Shell { Send-TcpMessage -LiteralPath $file -Session $client } @{ file = $file; client = $client }
        $null = Receive-TcpMessage $client -LiteralPath $back
        (Receive-Shell $sending).Length | Should -Be 3000000
        Disconnect-TcpChat $client
        $listener.Process.WaitForExit($patience * 1000) | Should -BeTrue
        Get-Hash $copy | Should -Be (Get-Hash $file)
        Get-Hash $back | Should -Be (Get-Hash $other)
    }
}
