[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'A test sees the variables of its BeforeEach.')]
param()

BeforeAll {
    . $PSScriptRoot/common.ps1
}

Describe 'Other runspaces' {
    AfterEach {
        Clear-TcpChat
    }

    It 'share a session in ForEach-Object -Parallel' {
        $talk = New-Conversation @{ Echo = $true }
        $session = $talk.Client
        $manifest = $manifestPath
        1..20 | ForEach-Object -Parallel {
            Import-Module $using:manifest
            "from $_" | Send-TcpMessage -Session $using:session
        } -ThrottleLimit 4
        $answers = Receive-TcpMessage $session -Count 20 -TimeoutSec 10
        $answers.Text | Sort-Object | Should -Be (1..20 | ForEach-Object { "from $_" } | Sort-Object)
    }

    It 'receive from one session in ForEach-Object -Parallel, each message once' {
        $talk = New-Conversation
        1..40 | Send-TcpMessage -Session $talk.Client
        Wait-Until { $talk.Remote.InboxLength -eq 40 }
        $remote = $talk.Remote
        $manifest = $manifestPath
        $texts = 1..4 | ForEach-Object -Parallel {
            Import-Module $using:manifest
            (Receive-TcpMessage $using:remote -Count 10 -TimeoutSec 10).Text
        } -ThrottleLimit 4
        $texts | Sort-Object { [int]$_ } | Should -Be (1..40 | ForEach-Object { "$_" })
    }

    It 'connect, talk and disconnect at the same time' {
        $server = Start-TcpChatServer -Echo
        $port = $server.Port
        $manifest = $manifestPath
        $answers = 1..10 | ForEach-Object -Parallel {
            Import-Module $using:manifest
            $session = Connect-TcpChat 127.0.0.1 $using:port
            "$_" | Send-TcpMessage -Session $session
            (Receive-TcpMessage $session -TimeoutSec 10).Text
            Disconnect-TcpChat $session
        } -ThrottleLimit 4
        $answers | Sort-Object { [int]$_ } | Should -Be (1..10 | ForEach-Object { "$_" })
        $server.Accepted | Should -Be 10
    }

    It 'find sessions and servers by name and id' {
        $talk = New-Conversation @{ Name = 'shared server' } @{ Name = 'shared session' }
        $run = Start-Shell {
            'by name' | Send-TcpMessage -Session 'shared session'
            'by id' | Send-TcpMessage -Session $id
            Receive-TcpMessage -Server 'shared server' -Count 2 -TimeoutSec 10
        } @{ id = $talk.Client.Id }
        (Receive-Shell $run).Text | Should -Be 'by name', 'by id'
    }

    It 'run a server until the one that started it ends it' {
        $run = Start-Shell {
            $server = Start-TcpChatServer -Echo
            $server
            Wait-Job $server -Timeout 20
        }
        Wait-Until { $run.Output.Count -eq 2 }
        $server = $run.Output[1].psobject.BaseObject
        $session = Connect-TcpChat 127.0.0.1 $server.Port
        'hello' | Send-TcpMessage -Session $session
        (Receive-TcpMessage $session -TimeoutSec 10).Text | Should -Be 'hello'
        Stop-TcpChatServer $server
        (Receive-Shell $run)[-1].State | Should -Be 'Stopped'
    }

    It 'use a session in a thread job' {
        Skip-Without Start-ThreadJob
        $talk = New-Conversation
        $client = $talk.Client
        $manifest = $manifestPath
        $job = Start-ThreadJob {
            Import-Module $using:manifest
            'from a job' | Send-TcpMessage -Session $using:client
        }
        (Receive-TcpMessage $talk.Remote -TimeoutSec 10).Text | Should -Be 'from a job'
        (Wait-Job $job -Timeout 10).State | Should -Be 'Completed'
    }
}
