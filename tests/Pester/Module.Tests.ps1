[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'A test sees the variables of its BeforeEach.')]
param()

BeforeAll {
    . $PSScriptRoot/common.ps1
}

Describe 'The module' {
    AfterEach {
        Clear-TcpChat
    }

    It 'has a manifest that is in order' {
        $manifest = Test-ModuleManifest $manifestPath
        $manifest.Name | Should -Be 'TcpChat'
        $manifest.Guid | Should -Be '6f1c4f0e-3c0e-4a53-9c39-5d2a4d8f7b21'
        $manifest.CompatiblePSEditions | Should -Be 'Core'
        $manifest.PowerShellVersion | Should -Be '7.6'
    }

    It 'has the version of its assembly' {
        $assembly = (Get-Command Start-TcpChatServer).ImplementingType.Assembly
        $assembly.GetName().Version.ToString(3) | Should -Be (Test-ModuleManifest $manifestPath).Version.ToString(3)
    }

    It 'exports a command for each public cmdlet class, and nothing else' {
        $assembly = (Get-Command Start-TcpChatServer).ImplementingType.Assembly
        $classes = $assembly.GetExportedTypes() | ForEach-Object { $_.GetCustomAttributes([System.Management.Automation.CmdletAttribute], $false) }
        $names = $classes | ForEach-Object { "$($_.VerbName)-$($_.NounName)" } | Sort-Object
        (Get-Command -Module TcpChat).Name | Sort-Object | Should -Be $names
        (Get-Module TcpChat).ExportedAliases.Count | Should -Be 0
        (Get-Module TcpChat).ExportedVariables.Count | Should -Be 0
    }

    It 'uses approved verbs only' {
        $verbs = (Get-Verb).Verb
        (Get-Command -Module TcpChat).Verb | Select-Object -Unique | Should -BeIn $verbs
    }

    It 'says what each command gives' {
        # Enter-TcpChat gives nothing: it writes to the host.
        Get-Command -Module TcpChat | Where-Object { -not $_.OutputType } | ForEach-Object Name | Should -Be 'Enter-TcpChat'
    }

    It 'imports without a word, and again with -Force' {
        $run = Start-Shell {
            Import-Module $manifest
            Import-Module $manifest -Force
            $server = Start-TcpChatServer -Echo
            $session = Connect-TcpChat 127.0.0.1 $server.Port
            'after -Force' | Send-TcpMessage -Session $session
            (Receive-TcpMessage $session -TimeoutSec 10).Text
            Stop-TcpChatServer $server
        } @{ manifest = $manifestPath }
        Receive-Shell $run | Should -Be 'after -Force'
        $run.Shell.Streams.Error | Should -BeNullOrEmpty
        $run.Shell.Streams.Warning | Should -BeNullOrEmpty
    }

    It 'ends what it has started in a runspace when it is removed there, and nothing else' {
        $mine = New-Conversation
        $run = Start-Shell {
            $server = Start-TcpChatServer -Name removed
            $session = Connect-TcpChat 127.0.0.1 $port
            'last words' | Send-TcpMessage -Session $session
            Remove-Module TcpChat
            $server
            $session
        } @{ port = $mine.Server.Port }
        $server, $session = (Receive-Shell $run).psobject.BaseObject
        $run.Shell.Streams.Error | Should -BeNullOrEmpty
        $server.State | Should -Be 'Stopped'
        $session.State | Should -Be 'Closed'
        (Receive-TcpMessage $mine.Server -TimeoutSec 10).Text | Should -Be 'last words'
        $mine.Server.State | Should -Be 'Running'
        $mine.Client.State | Should -Be 'Open'
        { Connect-TcpChat 127.0.0.1 $server.Port -ErrorAction Stop } | Should -Throw -ErrorId 'ConnectionRefused,*'
    }

    It 'is removed within a bounded time where a peer does not read' {
        $peer = Start-TestPeer never-reads
        $run = Start-Shell {
            $session = Connect-TcpChat 127.0.0.1 $port -OutboxByteLimit 20000000
            Send-TcpMessage ([byte[]]::new(16000000)) $session
            $watch = [System.Diagnostics.Stopwatch]::StartNew()
            Remove-Module TcpChat
            $watch.ElapsedMilliseconds
            $session.State
        } @{ port = $peer.Port }
        $milliseconds, $state = Receive-Shell $run
        $milliseconds | Should -BeLessThan 4000
        "$state" | Should -Be 'Closed'
    }

    It 'does not keep a process alive that has a server and a session: Start-TcpChatServer <_>' -ForEach '', '-OnMessage { 1 }', '-ScriptBlock { 1 }', '-Echo -OnConnect { $true }' {
        $program = Start-TestProgram ([System.Environment]::ProcessPath) '-NoProfile', '-NonInteractive', '-Command', @"
Import-Module '$manifestPath'
`$server = Start-TcpChatServer $_
`$session = Connect-TcpChat 127.0.0.1 `$server.Port
'done'
"@
        Wait-TestPeer $program 'done' | Should -Be 'done'
        $program.Process.WaitForExit($patience * 1000) | Should -BeTrue
        $program.Process.ExitCode | Should -Be 0
    }
}
