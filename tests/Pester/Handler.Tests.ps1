[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'A test sees the variables of its BeforeEach.')]
param()

BeforeAll {
    . $PSScriptRoot/common.ps1

    # Sends these and gives as many answers.
    function Get-Answer {
        param($Server, [string[]] $Text, [int] $Count = $Text.Count)
        $session = Connect-TcpChat 127.0.0.1 $Server.Port
        $Text | Send-TcpMessage -Session $session
        (Receive-TcpMessage $session -Count $Count -TimeoutSec $patience).Text
        Disconnect-TcpChat $session
    }
}

Describe 'A server with -OnMessage' {
    AfterEach {
        Clear-TcpChat
    }

    It 'is a whole program in one line' {
        $server = Start-TcpChatServer -OnMessage { $_.Text.ToUpper() }
        Get-Answer $server 'hello', 'world' | Should -Be 'HELLO', 'WORLD'
        $server.MessagesSent | Should -Be 2
    }

    It 'answers with commands of the Utility and Management modules' {
        $server = Start-TcpChatServer -OnMessage { Get-Date -Year ([int]$_.Text) -Format yyyy; Join-Path a b | Split-Path -Leaf }
        Get-Answer $server '1999' -Count 2 | Should -Be '1999', 'b'
    }

    It 'sends a file as one message, byte by byte' {
        'abc' | Set-Content TestDrive:/file.txt -NoNewline
        $path = (Get-Item TestDrive:/file.txt).FullName
        $server = Start-TcpChatServer -OnMessage { Get-Content -LiteralPath $using:path -AsByteStream }
        Get-Answer $server 'go' | Should -Be 'abc'
    }

    It 'passes variables of a function and of a module' {
        $module = New-Module { $inside = 'module'; function Invoke-Inside { $own = 'function'; Start-TcpChatServer -OnMessage { "$using:own $using:inside" } } }
        $server = & $module { Invoke-Inside }
        Get-Answer $server 'go' | Should -Be 'function module'
    }

    It 'warns, writes and fails into the job of the connection' {
        $server = Start-TcpChatServer -HandlerError Continue -OnMessage { Write-Warning "w$_"; Write-Information "i$_"; Write-Error "e$_"; "o$_" }
        Get-Answer $server 'x' | Should -Be 'ox'
        $child = $server.ChildJobs[0]
        $null = Wait-Job $child -Timeout $patience
        Receive-Job $child -WarningVariable warnings -InformationVariable information -ErrorVariable errors -ErrorAction SilentlyContinue 3>$null 6>$null
        "$warnings" | Should -Be 'wx'
        "$information" | Should -Be 'ix'
        "$errors" | Should -Be 'ex'
        $child.HasMoreData | Should -BeFalse
    }

    It 'ends only the session whose handler fails' {
        $server = Start-TcpChatServer -OnMessage { if ($_ -match 'bad') { Get-Item /no/such/item }; $_ }
        $session = Connect-TcpChat 127.0.0.1 $server.Port
        'bad' | Send-TcpMessage -Session $session
        { Receive-TcpMessage $session -TimeoutSec $patience } | Should -Throw -ErrorId 'SessionClosed*'
        $child = $server.ChildJobs[0]
        $null = Wait-Job $child -Timeout $patience
        $child.State | Should -Be 'Failed'
        $child.Session.CloseReason | Should -Be 'HandlerFailed'
        $child.Session.Error.Message | Should -BeLike '*no/such/item*'
        $child.Error[0].InvocationInfo.Line | Should -BeLike '*Get-Item /no/such/item*'
        Get-Answer $server 'good' | Should -Be 'good'
    }

    It 'leaves nothing of one session to the next: <What>' -ForEach @(
        @{ What = 'variables'; First = { Set-Variable x 1 -Scope Global }; Second = { "<$(Get-Variable x -ValueOnly -ErrorAction Ignore)>" }; Is = '<>' }
        @{ What = 'constants'; First = { New-Variable x 1 -Scope Global -Option Constant }; Second = { "<$(Get-Variable x -ValueOnly -ErrorAction Ignore)>" }; Is = '<>' }
        @{ What = 'functions'; First = { function global:f { } }; Second = { "<$(Get-Command f -ErrorAction Ignore)>" }; Is = '<>' }
        @{ What = 'aliases'; First = { Set-Alias gone Get-Item -Scope Global }; Second = { "<$(Get-Command gone -ErrorAction Ignore)>" }; Is = '<>' }
        @{ What = 'modules'; First = { New-Module leftover { function Get-Leftover { } } | Import-Module -Global }; Second = { "<$(Get-Command Get-Leftover -ErrorAction Ignore)>" }; Is = '<>' }
        @{ What = 'the location'; First = { Set-Location / }; Second = { "$($PWD.Path -eq '/')" }; Is = 'False' }
        @{ What = 'drives'; First = { $null = New-PSDrive left FileSystem / -Scope Global }; Second = { "<$(Get-PSDrive left -ErrorAction Ignore)>" }; Is = '<>' }
    ) {
        $server = Start-TcpChatServer -ThrottleLimit 1 -OnMessage ([scriptblock]::Create("if (`$_.Text -eq 'first') { $First; 'done' } else { $Second }"))
        Get-Answer $server 'first' | Should -Be 'done'
        Get-Answer $server 'second' | Should -Be $Is
    }
}

Describe 'A server with -ScriptBlock' {
    AfterEach {
        Clear-TcpChat
    }

    It 'holds a conversation from its first word to its last' {
        $server = Start-TcpChatServer -ArgumentList 'Guten Tag' -ScriptBlock {
            param($Session, $Greeting)
            $name = (Receive-TcpMessage $Session).Text
            "$Greeting, $name" | Send-TcpMessage -Session $Session
            "talked to $name"
        }
        Get-Answer $server 'Ada' | Should -Be 'Guten Tag, Ada'
        $child = $server.ChildJobs[0]
        $null = Wait-Job $child -Timeout $patience
        $child.State | Should -Be 'Completed'
        Receive-Job $child | Should -Be 'talked to Ada'
    }

    It 'ends a loop that does not look for the end when the peer leaves' {
        $server = Start-TcpChatServer -ScriptBlock { param($Session) while ($true) { $m = Receive-TcpMessage $Session; "got $m" | Send-TcpMessage -Session $Session } }
        Get-Answer $server 'a', 'b' | Should -Be 'got a', 'got b'
        $child = $server.ChildJobs[0]
        $null = Wait-Job $child -Timeout $patience
        $child.State | Should -Be 'Completed'
        $child.Error | Should -BeNullOrEmpty
    }

    It 'runs where the caller is, also on a drive that only the caller has' {
        Push-Location $PSScriptRoot
        $server = Start-TcpChatServer -ScriptBlock { param($Session) "$PWD" | Send-TcpMessage -Session $Session }
        Pop-Location
        Push-Location TestDrive:/
        $other = Start-TcpChatServer -OnMessage { 'there' }
        Pop-Location
        $session = Connect-TcpChat 127.0.0.1 $server.Port
        (Receive-TcpMessage $session -TimeoutSec $patience).Text | Should -Be $PSScriptRoot
        Get-Answer $other 'go' | Should -Be 'there'
    }

    It 'stops a sleeping handler at once with Stop-Job' {
        $server = Start-TcpChatServer -ScriptBlock { 'asleep'; Start-Sleep 60 }
        $null = Connect-TcpChat 127.0.0.1 $server.Port
        $null = Wait-TcpChatSession -Server $server -TimeoutSec $patience
        $child = $server.ChildJobs[0]
        Wait-Until { $child.HasMoreData }
        $watch = [System.Diagnostics.Stopwatch]::StartNew()
        Stop-Job $child
        $watch.ElapsedMilliseconds | Should -BeLessThan 2000
        $child.State | Should -Be 'Stopped'
        $server.State | Should -Be 'Running'
    }

    It 'says what its initialization script could not do' {
        { Start-TcpChatServer -InitializationScript { Import-Module NoSuchModuleAnywhere } -ScriptBlock { } } | Should -Throw -ErrorId 'HandlerNotReady*'
        Get-TcpChatServer | Should -BeNullOrEmpty
    }

    It 'is followed by Receive-Job -Wait until it is stopped' {
        $server = Start-TcpChatServer -ScriptBlock { param($Session) Receive-TcpMessage $Session -Follow | ForEach-Object { "log $_"; Send-TcpMessage ok $Session } }
        $run = Start-Shell { Receive-Job $server -Wait } @{ server = $server }
        Get-Answer $server 'a', 'b' | Should -Be 'ok', 'ok'
        Get-Answer $server 'c' | Should -Be 'ok'
        Wait-Until { $run.Output.Count -eq 4 }
        Stop-TcpChatServer $server
        Receive-Shell $run | Should -Be 'log a', 'log b', 'log c'
    }
}
