[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'A test sees the variables of its BeforeEach.')]
param()

BeforeAll {
    . $PSScriptRoot/common.ps1
}

Describe 'Register-ObjectEvent' {
    BeforeEach {
        # PowerShell hands events on by its thread pool, so that close ones may change places; their identifiers have the order.
        $heard = [System.Collections.Concurrent.ConcurrentDictionary[int, string]]::new()
    }

    AfterEach {
        Get-EventSubscriber | Unregister-Event
        Get-Event | Remove-Event
        Clear-TcpChat
    }

    It 'runs an action for each session and message of a server, in their order' {
        $server = Start-TcpChatServer
        $null = Register-ObjectEvent $server SessionOpened -MessageData $heard -Action { $Event.MessageData[$Event.EventIdentifier] = "opened by $($Sender.Name)" }
        $null = Register-ObjectEvent $server MessageReceived -MessageData $heard -Action { $Event.MessageData[$Event.EventIdentifier] = $EventArgs.Message.Text }
        $null = Register-ObjectEvent $server SessionClosed -MessageData $heard -Action { $Event.MessageData[$Event.EventIdentifier] = "$($EventArgs.Session.CloseReason)" }
        $client = Connect-TcpChat -Port $server.Port
        1..5 | Send-TcpMessage -Session $client
        Disconnect-TcpChat $client
        Wait-Until { $heard.Count -ge 7 }
        $heard.GetEnumerator() | Sort-Object Key | ForEach-Object Value | Should -Be "opened by $($server.Name)", '1', '2', '3', '4', '5', 'PeerClosed'
        Receive-TcpMessage -Server $server -TimeoutSec 0 | Should -BeNullOrEmpty
    }

    It 'gives the messages that wait already' {
        $server = Start-TcpChatServer
        'early' | Send-TcpMessage -Session (Connect-TcpChat -Port $server.Port)
        Wait-Until { $server.HasMoreData }
        Register-ObjectEvent $server MessageReceived -SourceIdentifier said
        (Wait-Event said -Timeout $patience).SourceEventArgs.Message.Text | Should -Be 'early'
    }

    It 'lets an action answer' {
        $server = Start-TcpChatServer
        $null = Register-ObjectEvent $server MessageReceived -Action { "You said: $($EventArgs.Message)" | Send-TcpMessage -Session $EventArgs.Session }
        $client = Connect-TcpChat -Port $server.Port
        'hello' | Send-TcpMessage -Session $client
        Wait-Until { $client.InboxLength -gt 0 }
        (Receive-TcpMessage $client).Text | Should -Be 'You said: hello'
    }

    It 'gives all of a thousand messages, and the inbox does not fill up' {
        $server = Start-TcpChatServer -InboxLimit 10
        Register-ObjectEvent $server MessageReceived -SourceIdentifier said
        $client = Connect-TcpChat -Port $server.Port
        1..1000 | Send-TcpMessage -Session $client
        Wait-Until { @(Get-Event -SourceIdentifier said).Count -eq 1000 } -TimeoutSec 30
        $texts = Get-Event -SourceIdentifier said | Sort-Object EventIdentifier | ForEach-Object { $_.SourceEventArgs.Message.Text }
        $texts | Should -Be (1..1000 | ForEach-Object { "$_" })
    }

    It 'leaves the job''s streams alone, even when an action fails' {
        $server = Start-TcpChatServer -Echo
        $null = Register-ObjectEvent $server MessageReceived -Action { throw 'an action of mine' }
        $client = Connect-TcpChat -Port $server.Port
        'a', 'b' | Send-TcpMessage -Session $client
        (Receive-TcpMessage $client -Count 2 -TimeoutSec $patience).Text | Should -Be 'a', 'b'
        Receive-Job $server | Should -BeNullOrEmpty
        $server.Error | Should -BeNullOrEmpty
    }

    It 'is an error for the messages of other processes' {
        $server = Start-TcpChatServer -Model Process -OnMessage { $_ }
        $problem = { Register-ObjectEvent $server MessageReceived } | Should -Throw -PassThru
        $problem.Exception.GetBaseException().Code | Should -Be 'SessionInOtherProcess'
        Register-ObjectEvent $server SessionOpened -SourceIdentifier came
        $client = Connect-TcpChat -Port $server.Port
        (Wait-Event came -Timeout $patience).SourceEventArgs.Session.RemoteEndPoint | Should -Be $client.LocalEndPoint
    }

    It 'tells of a session that loses its connection, has one again, and ends' {
        $server = Start-TcpChatServer
        $client = Connect-TcpChat -Port $server.Port -Reconnect -ReconnectDelaySec 0.01
        Register-ObjectEvent $client Reconnecting -SourceIdentifier reconnecting
        Register-ObjectEvent $client Reconnected -SourceIdentifier reconnected
        Register-ObjectEvent $client Closed -SourceIdentifier closed
        Wait-TcpChatSession -Server $server -TimeoutSec $patience | Disconnect-TcpChat
        $lost = (Wait-Event reconnecting -Timeout $patience).SourceEventArgs
        $lost.Attempt | Should -Be 1
        $lost.Cause | Should -Be 'PeerClosed'
        (Wait-Event reconnected -Timeout $patience).SourceEventArgs.Session | Should -Be $client
        Disconnect-TcpChat $client
        (Wait-Event closed -Timeout $patience).SourceArgs[0] | Should -Be $client
    }

    It 'is shown on the page of Start-TcpChatServer by an example that runs' {
        $page = Get-Content (Join-Path $repositoryRoot 'docs/en-US/Start-TcpChatServer.md') -Raw
        $page -match '(?s)### Example \d+: Hear of sessions and messages\s+```powershell\n(?<Code>.*?)```\s+```output\n(?<Output>.*?)\n```' | Should -BeTrue
        $expected = $Matches.Output
        (& ([scriptblock]::Create($Matches.Code))) -join "`n" | Should -Be $expected
    }
}
