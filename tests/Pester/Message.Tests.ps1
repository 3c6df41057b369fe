[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'A test sees the variables of its BeforeEach.')]
param()

BeforeAll {
    . $PSScriptRoot/common.ps1
}

Describe 'Send-TcpMessage' {
    BeforeEach {
        $talk = New-Conversation
        $client = $talk.Client
        $remote = $talk.Remote
    }

    AfterEach {
        Clear-TcpChat
    }

    It 'sends <What>' -ForEach @(
        @{ What = 'a text'; Value = 'Grüße, 世界 👋'; Text = 'Grüße, 世界 👋' }
        @{ What = 'an empty text'; Value = ''; Text = '' }
        @{ What = 'a number'; Value = 42; Text = '42' }
        @{ What = 'a fraction, the same in every culture'; Value = 1.5; Text = '1.5' }
        @{ What = 'a truth'; Value = $true; Text = 'True' }
        @{ What = 'bytes'; Value = [byte[]](72, 105); Text = 'Hi' }
        @{ What = 'bytes in an object array'; Value = [object[]]([byte]72, [byte]105); Text = 'Hi' }
        @{ What = 'a list of bytes'; Value = [System.Collections.Generic.List[byte]]::new([byte[]](72, 105)); Text = 'Hi' }
        @{ What = 'a list, each element a message'; Value = 'one', 2, 'three'; Text = 'one', '2', 'three' }
        @{ What = 'a list object'; Value = [System.Collections.Generic.List[string]]::new([string[]]('a', 'b')); Text = 'a', 'b' }
    ) {
        Send-TcpMessage $Value $client | Should -BeNullOrEmpty
        $got = Receive-TcpMessage $remote -Count @($Text).Count -TimeoutSec 10
        $got.Text | Should -Be $Text
    }

    It 'sends objects from the pipeline, each a message, in order' {
        1..100 | Send-TcpMessage -Session $client
        (Receive-TcpMessage $remote -Count 100 -TimeoutSec 10).Text | Should -Be (1..100 | ForEach-Object { "$_" })
    }

    It 'sends an empty text from the pipeline' {
        '', 'end' | Send-TcpMessage -Session $client
        (Receive-TcpMessage $remote -Count 2 -TimeoutSec 10).Text | Should -Be '', 'end'
    }

    It 'sends bytes that come one by one as one message' {
        [byte[]](72, 105, 33) | Send-TcpMessage -Session $client
        'after' | Send-TcpMessage -Session $client
        (Receive-TcpMessage $remote -Count 2 -TimeoutSec 10).Text | Should -Be 'Hi!', 'after'
    }

    It 'sends a file as bytes, as they are' {
        $path = Join-Path $TestDrive bytes.bin
        [System.IO.File]::WriteAllBytes($path, [byte[]](0..255))
        $raw = New-Conversation @{ Framing = 'LengthPrefixed' } @{ Framing = 'LengthPrefixed' }
        Get-Content $path -AsByteStream | Send-TcpMessage -Session $raw.Client
        Get-Content $path -AsByteStream -Raw | Send-TcpMessage -Session $raw.Client
        foreach ($message in Receive-TcpMessage $raw.Remote -Count 2 -TimeoutSec 10) {
            [convert]::ToHexString($message.Bytes) | Should -Be ([convert]::ToHexString([byte[]](0..255)))
        }
    }

    It 'forwards a message as it came' {
        $second = New-Conversation
        $bytes = [byte[]](0xC3, 0x28, 0xFF, 65)
        Send-TcpMessage $bytes $client
        Receive-TcpMessage $remote -TimeoutSec 10 | Send-TcpMessage -Session $second.Client
        (Receive-TcpMessage $second.Remote -TimeoutSec 10).Bytes | Should -Be $bytes
    }

    It 'answers whoever sent a message: $message | Send-TcpMessage answer' {
        'question' | Send-TcpMessage -Session $client
        $message = Receive-TcpMessage $talk.Server -TimeoutSec 10
        $message | Send-TcpMessage 'answer'
        $message | Send-TcpMessage "you said $message"
        (Receive-TcpMessage $client -Count 2 -TimeoutSec 10).Text | Should -Be 'answer', 'you said question'
    }

    It 'sends a message back with $message | Send-TcpMessage' {
        'echo' | Send-TcpMessage -Session $client
        Receive-TcpMessage $remote -TimeoutSec 10 | Send-TcpMessage
        (Receive-TcpMessage $client -TimeoutSec 10).Text | Should -Be 'echo'
    }

    It 'takes a message in place of its session' {
        'question' | Send-TcpMessage -Session $client
        Send-TcpMessage 'answer' (Receive-TcpMessage $remote -TimeoutSec 10)
        (Receive-TcpMessage $client -TimeoutSec 10).Text | Should -Be 'answer'
    }

    It 'takes the session from the pipeline: $session | Send-TcpMessage x' {
        $client | Send-TcpMessage 'x'
        (Receive-TcpMessage $remote -TimeoutSec 10).Text | Should -Be 'x'
    }

    It 'takes the session by <By>' -ForEach @(
        @{ By = 'position'; Send = { Send-TcpMessage 'x' $client } }
        @{ By = 'id'; Send = { Send-TcpMessage 'x' $client.Id } }
        @{ By = 'name'; Send = { Send-TcpMessage 'x' $client.Name } }
        @{ By = 'parameter'; Send = { Send-TcpMessage -Message 'x' -Session $client } }
    ) {
        & $Send
        (Receive-TcpMessage $remote -TimeoutSec 10).Text | Should -Be 'x'
    }

    It 'sends to every session of a server with -All: <By>' -ForEach @(
        @{ By = 'all as arguments'; Send = { Send-TcpMessage 'to all' -Server $talk.Server -All } }
        @{ By = 'the server by name'; Send = { Send-TcpMessage 'to all' -Server $talk.Server.Name -All } }
        @{ By = 'the message piped'; Send = { 'to all' | Send-TcpMessage -Server $talk.Server -All } }
        @{ By = 'the server piped'; Send = { $talk.Server | Send-TcpMessage 'to all' -All } }
    ) {
        $second = Connect-TcpChat 127.0.0.1 $talk.Server.Port
        $null = Wait-TcpChatSession -Server $talk.Server -Count 2 -TimeoutSec 10
        & $Send
        (Receive-TcpMessage $client, $second -TimeoutSec 10).Text | Should -Be 'to all', 'to all'
    }

    It 'leaves out closed sessions with -All' {
        Disconnect-TcpChat $client
        $null = Wait-TcpChatSession $remote -TimeoutSec 10
        Send-TcpMessage 'to all' -Server $talk.Server -All -ErrorVariable problems
        $problems | Should -BeNullOrEmpty
    }

    It 'asks for what is missing when a server is piped and nothing is to be sent' {
        { $talk.Server | Send-TcpMessage -All } | Should -Throw -ErrorId 'MessageOrServerMissing,*'
    }

    It 'gives the session once for each message with -PassThru' {
        'a', 'b' | Send-TcpMessage -Session $client -PassThru | Should -Be $client, $client
        (Send-TcpMessage 'c' $client -PassThru | Receive-TcpMessage -TimeoutSec 0) | Should -BeNullOrEmpty
    }

    It 'sends to the others where one of several sessions is closed' {
        $second = Connect-TcpChat 127.0.0.1 $talk.Server.Port
        $third = Connect-TcpChat 127.0.0.1 $talk.Server.Port
        Disconnect-TcpChat $second
        $sent = Send-TcpMessage 'hello' $client, $second, $third -PassThru -ErrorVariable problems -ErrorAction SilentlyContinue
        $sent | Should -Be $client, $third
        $problems | Should -HaveCount 1
        $problems[0].FullyQualifiedErrorId | Should -Be 'SessionClosed,TcpChat.Commands.SendTcpMessageCommand'
        $problems[0].CategoryInfo.Category | Should -Be 'ResourceUnavailable'
        $problems[0].TargetObject | Should -Be $second
        $problems[0].Exception.Message | Should -Match 'LocalClosed'
        (Receive-TcpMessage $talk.Server -Count 2 -TimeoutSec 10).Text | Should -Be 'hello', 'hello'
    }

    It 'refuses a character that the encoding does not have, and sends nothing of it' {
        $ascii = New-Conversation @{ Encoding = 'ascii' } @{ Encoding = 'ascii' }
        'Straße', 'Strasse' | Send-TcpMessage -Session $ascii.Client -ErrorVariable problems -ErrorAction SilentlyContinue
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'TextNotEncodable,*'
        $problems[0].Exception.Message | Should -Match 'U\+00DF'
        (Receive-TcpMessage $ascii.Remote -TimeoutSec 10).Text | Should -Be 'Strasse'
    }

    It 'waits no longer than -TimeoutSec for a peer that does not read, and says how much waits' {
        $peer = Start-TestPeer never-reads
        $session = Connect-TcpChat 127.0.0.1 $peer.Port -OutboxByteLimit 1000
        Send-TcpMessage ([byte[]]::new(16000000)) $session
        $watch = [System.Diagnostics.Stopwatch]::StartNew()
        Send-TcpMessage 'no room' $session -TimeoutSec 0.3 -ErrorVariable problems -ErrorAction SilentlyContinue
        $watch.ElapsedMilliseconds | Should -BeGreaterThan 250
        $watch.ElapsedMilliseconds | Should -BeLessThan 3000
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'SendTimeout,*'
        $problems[0].TargetObject | Should -Be $session
        $session.State | Should -Be 'Open'
    }

    It 'disconnects a slow reader where that is the policy' {
        $peer = Start-TestPeer never-reads
        $session = Connect-TcpChat 127.0.0.1 $peer.Port -OutboxByteLimit 1000 -OutboxPolicy Disconnect
        Send-TcpMessage ([byte[]]::new(16000000)) $session
        Send-TcpMessage 'no room' $session -ErrorVariable problems -ErrorAction SilentlyContinue
        $problems | Should -HaveCount 1
        (Wait-TcpChatSession $session -TimeoutSec 10).CloseReason | Should -Be 'SlowReader'
    }

    It 'drops the oldest where that is the policy, and counts them' {
        $peer = Start-TestPeer never-reads
        $session = Connect-TcpChat 127.0.0.1 $peer.Port -OutboxByteLimit 100 -OutboxPolicy DropOldest
        Send-TcpMessage ([byte[]]::new(16000000)) $session
        1..20 | ForEach-Object { 'x' * 40 } | Send-TcpMessage -Session $session
        $session.DroppedMessages | Should -BeGreaterThan 10
        $session.State | Should -Be 'Open'
    }
}

Describe 'Framing' {
    AfterEach {
        Clear-TcpChat
    }

    It 'carries messages both ways: <Name>' -ForEach @(
        @{ Name = 'Line'; Option = @{}; Wire = "one`n" }
        @{ Name = 'Line, CrLf'; Option = @{ LineEnding = 'CrLf' }; Wire = "one`r`n" }
        @{ Name = 'LengthPrefixed'; Option = @{ Framing = 'LengthPrefixed' }; Wire = "`0`0`0`u{3}one" }
        @{ Name = 'Delimiter, text'; Option = @{ Delimiter = '--' }; Wire = 'one--' }
        @{ Name = 'Delimiter, bytes'; Option = @{ Framing = 'Delimiter'; Delimiter = [byte[]](0) }; Wire = "one`0" }
    ) {
        $talk = New-Conversation $Option $Option
        'one', 'two', 'three' | Send-TcpMessage -Session $talk.Client
        (Receive-TcpMessage $talk.Remote -Count 3 -TimeoutSec 10).Text | Should -Be 'one', 'two', 'three'
        'four' | Send-TcpMessage -Session $talk.Remote
        (Receive-TcpMessage $talk.Client -TimeoutSec 10).Text | Should -Be 'four'

        # And what goes over the wire, seen by a session without framing.
        $plain = New-Conversation @{ Framing = 'Raw' } $Option
        'one' | Send-TcpMessage -Session $plain.Client
        Disconnect-TcpChat $plain.Client
        $null = Wait-TcpChatSession $plain.Remote -State HalfClosed -TimeoutSec 10
        -join (Receive-TcpMessage $plain.Server -TimeoutSec 0).Text | Should -Be $Wire
    }

    It 'adds nothing with Raw' {
        $talk = New-Conversation @{ Framing = 'Raw' } @{ Framing = 'Raw' }
        'no end' | Send-TcpMessage -Session $talk.Client
        (Receive-TcpMessage $talk.Remote -TimeoutSec 10).Text | Should -Be 'no end'
    }

    It 'carries an empty message: <Framing>' -ForEach @(@{ Framing = 'Line' }, @{ Framing = 'LengthPrefixed' }) {
        $talk = New-Conversation @{ Framing = $Framing } @{ Framing = $Framing }
        Send-TcpMessage '' $talk.Client
        $message = Receive-TcpMessage $talk.Remote -TimeoutSec 10
        $message.Text | Should -Be ''
        $message.Bytes.Length | Should -Be 0
    }

    It 'puts messages together however the peer cuts them: <Behavior>' -ForEach @(
        @{ Behavior = 'split?text=h%C3%A9llo' ; Text = 'héllo' }
        @{ Behavior = 'glued?text=a,b,c' ; Text = 'a', 'b', 'c' }
        @{ Behavior = 'split-at?text=one&end=crlf&at=1,4' ; Text = 'one' }
        @{ Behavior = 'send?text=no%20end&end=none&then=close' ; Text = 'no end' }
    ) {
        $peer = Start-TestPeer $Behavior
        $session = Connect-TcpChat 127.0.0.1 $peer.Port
        (Receive-TcpMessage $session -Count @($Text).Count -TimeoutSec 10).Text | Should -Be $Text
    }

    It 'carries text in <Encoding>' -ForEach @(
        @{ Encoding = 'utf8'; Text = 'Grüße 世界'; Hex = '4772C3BCC39F6520E4B896E7958C' }
        @{ Encoding = 'latin1'; Text = 'Grüße'; Hex = '4772FCDF65' }
        @{ Encoding = 'ascii'; Text = 'plain'; Hex = '706C61696E' }
        @{ Encoding = 'unicode'; Text = 'Grü世'; Hex = '47007200FC00164E' }
        @{ Encoding = 'bigendianunicode'; Text = 'Gü'; Hex = '004700FC' }
        @{ Encoding = 'utf32'; Text = 'ü'; Hex = 'FC000000' }
        @{ Encoding = 'windows-1251'; Text = 'Привет'; Hex = 'CFF0E8E2E5F2' }
        @{ Encoding = 1252; Text = '5 €'; Hex = '352080' }
        @{ Encoding = [System.Text.Encoding]::GetEncoding('iso-8859-15'); Text = '€'; Hex = 'A4' }
    ) {
        $talk = New-Conversation @{ Encoding = $Encoding } @{ Encoding = $Encoding }
        $Text | Send-TcpMessage -Session $talk.Client
        $message = Receive-TcpMessage $talk.Remote -TimeoutSec 10
        $message.Text | Should -Be $Text
        [convert]::ToHexString($message.Bytes) | Should -Be $Hex
        $message | Send-TcpMessage $Text
        (Receive-TcpMessage $talk.Client -TimeoutSec 10).Text | Should -Be $Text
    }

    It 'says so where there is no such encoding' {
        { Start-TcpChatServer -Encoding klingon } | Should -Throw "*'klingon' is no encoding*utf8*"
    }

    It 'shows bytes that are no text as U+FFFD, counts them and keeps them' {
        $peer = Start-TestPeer bad-utf8
        $session = Connect-TcpChat 127.0.0.1 $peer.Port
        $messages = Receive-TcpMessage $session -Count 8 -TimeoutSec 10
        $messages[0..6].Text | Should -BeLike "*`u{FFFD}*"
        $messages[7].Text | Should -Be 'ok'
        $session.InvalidBytes | Should -BeGreaterThan 6
    }
}

Describe 'Receive-TcpMessage' {
    BeforeEach {
        $talk = New-Conversation
        $client = $talk.Client
        $remote = $talk.Remote
    }

    AfterEach {
        Clear-TcpChat
    }

    It 'gives what a message is and where it came from' {
        'hello' | Send-TcpMessage -Session $client
        $message = Receive-TcpMessage $talk.Server -TimeoutSec 10
        $message.Text | Should -Be 'hello'
        "$message" | Should -Be 'hello'
        $message.Bytes | Should -Be ([System.Text.Encoding]::UTF8.GetBytes('hello'))
        $message.Session | Should -Be $remote
        $message.Sender | Should -Be "$($client.LocalEndPoint)"
        $message.Sequence | Should -Be 1
        ((Get-Date) - $message.ReceivedAt).TotalSeconds | Should -BeLessThan 30
    }

    It 'takes one, and leaves the rest' {
        1..3 | Send-TcpMessage -Session $client
        (Receive-TcpMessage $remote -TimeoutSec 10).Text | Should -Be '1'
        (Receive-TcpMessage $remote -Count 2 -TimeoutSec 10).Text | Should -Be '2', '3'
    }

    It 'takes a session by <By>' -ForEach @(
        @{ By = 'id'; Get = { Receive-TcpMessage $remote.Id -TimeoutSec 10 } }
        @{ By = 'name'; Get = { Receive-TcpMessage $remote.Name -TimeoutSec 10 } }
        @{ By = 'pipeline'; Get = { $remote | Receive-TcpMessage -TimeoutSec 10 } }
        @{ By = 'server'; Get = { Receive-TcpMessage -Server $talk.Server -TimeoutSec 10 } }
        @{ By = 'server by position'; Get = { Receive-TcpMessage $talk.Server -TimeoutSec 10 } }
        @{ By = 'server by name'; Get = { Receive-TcpMessage -Server $talk.Server.Name -TimeoutSec 10 } }
        @{ By = 'server by id'; Get = { Receive-TcpMessage -Server $talk.Server.Id -TimeoutSec 10 } }
        @{ By = 'server from the pipeline'; Get = { $talk.Server | Receive-TcpMessage -TimeoutSec 10 } }
    ) {
        'hello' | Send-TcpMessage -Session $client
        (& $Get).Text | Should -Be 'hello'
    }

    It 'takes servers and sessions from one pipeline' {
        'from the client' | Send-TcpMessage -Session $client
        'from the server' | Send-TcpMessage -Session $remote
        ($talk.Server, $client | Receive-TcpMessage -TimeoutSec 10).Text | Should -Be 'from the client', 'from the server'
    }

    It 'gives the messages of all sessions of a server in the order they came' {
        $second = Connect-TcpChat 127.0.0.1 $talk.Server.Port
        $count = 0
        foreach ($round in 1..5) {
            foreach ($session in $client, $second) {
                $count++
                "$count" | Send-TcpMessage -Session $session
                Wait-Until { $talk.Server.MessagesReceived -eq $count }
            }
        }

        (Receive-TcpMessage $talk.Server -Count 10 -TimeoutSec 10).Text | Should -Be (1..10 | ForEach-Object { "$_" })
    }

    It 'waits for a message that comes later' {
        $run = Start-Shell { Receive-TcpMessage $session -TimeoutSec 10 } @{ session = $remote }
        Wait-Blocked $run
        'later' | Send-TcpMessage -Session $client
        (Receive-Shell $run).Text | Should -Be 'later'
    }

    It 'reports ReceiveTimeout when the time is up; the next message can still be read' {
        $watch = [System.Diagnostics.Stopwatch]::StartNew()
        Receive-TcpMessage $remote -TimeoutSec 0.3 -ErrorVariable problems -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $watch.ElapsedMilliseconds | Should -BeGreaterThan 250
        $watch.ElapsedMilliseconds | Should -BeLessThan 2000
        $problems | Should -HaveCount 1
        $problems[0].FullyQualifiedErrorId | Should -Be 'ReceiveTimeout,TcpChat.Commands.ReceiveTcpMessageCommand'
        $problems[0].CategoryInfo.Category | Should -Be 'OperationTimeout'
        $problems[0].TargetObject | Should -Be $remote
        'late' | Send-TcpMessage -Session $client
        (Receive-TcpMessage $remote -TimeoutSec 10).Text | Should -Be 'late'
    }

    It 'gives what came, and an error, where fewer than -Count came in time' {
        'a', 'b' | Send-TcpMessage -Session $client
        Wait-Until { $remote.InboxLength -eq 2 }
        $got = Receive-TcpMessage $remote -Count 3 -TimeoutSec 0.2 -ErrorVariable problems -ErrorAction SilentlyContinue
        $got.Text | Should -Be 'a', 'b'
        $problems[0].Exception.Message | Should -Match '2 of 3'
    }

    It 'gives all that is there, and no error, with -TimeoutSec 0' {
        Receive-TcpMessage $remote -TimeoutSec 0 | Should -BeNullOrEmpty
        1..5 | Send-TcpMessage -Session $client
        Wait-Until { $remote.InboxLength -eq 5 }
        (Receive-TcpMessage $remote -TimeoutSec 0 -Count 2).Text | Should -Be '1', '2'
        (Receive-TcpMessage $remote -TimeoutSec 0).Text | Should -Be '3', '4', '5'
    }

    It 'gives what a closed session has left, and then reports SessionClosed' {
        'the last' | Send-TcpMessage -Session $client
        Disconnect-TcpChat $client
        $null = Wait-TcpChatSession $remote -TimeoutSec 10
        (Receive-TcpMessage $remote -TimeoutSec 10).Text | Should -Be 'the last'
        Receive-TcpMessage $remote -TimeoutSec 10 -ErrorVariable problems -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $problems | Should -HaveCount 1
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'SessionClosed,*'
        $problems[0].TargetObject | Should -Be $remote
        $problems[0].Exception.Message | Should -Match 'PeerClosed'
    }

    It 'ends the wait at once when the session ends' {
        $run = Start-Shell { Receive-TcpMessage $session -TimeoutSec 60 } @{ session = $remote }
        Wait-Blocked $run
        Disconnect-TcpChat $client
        Receive-Shell $run | Should -BeNullOrEmpty
        $run.Shell.Streams.Error[0].FullyQualifiedErrorId | Should -BeLike 'SessionClosed,*'
    }

    It 'goes on with the others where one of several sessions is closed' {
        $second = Connect-TcpChat 127.0.0.1 $talk.Server.Port
        Disconnect-TcpChat $second
        'here' | Send-TcpMessage -Session $remote
        $got = Receive-TcpMessage $second, $client -TimeoutSec 10 -ErrorVariable problems -ErrorAction SilentlyContinue
        $got.Text | Should -Be 'here'
        $problems.TargetObject | Should -Be $second
    }

    It 'loses nothing under Select-Object -First 1' {
        1..4 | Send-TcpMessage -Session $client
        Wait-Until { $remote.InboxLength -eq 4 }
        (Receive-TcpMessage $remote -Count 4 -TimeoutSec 10 | Select-Object -First 1).Text | Should -Be '1'
        (Receive-TcpMessage $talk.Server -Follow | Select-Object -First 1).Text | Should -Be '2'
        (Receive-TcpMessage $remote -TimeoutSec 0 | Select-Object -First 1).Text | Should -Be '3'
        (Receive-TcpMessage $remote -TimeoutSec 0).Text | Should -Be '4'
    }

    It 'follows a session until it ends' {
        $run = Start-Shell { Receive-TcpMessage $session -Follow } @{ session = $remote }
        Wait-Blocked $run
        'a', 'b' | Send-TcpMessage -Session $client
        Disconnect-TcpChat $client
        (Receive-Shell $run).Text | Should -Be 'a', 'b'
        $run.Shell.HadErrors | Should -BeFalse
    }

    It 'follows a server, with sessions that come later, until it stops' {
        $run = Start-Shell { Receive-TcpMessage -Server $server -Follow } @{ server = $talk.Server }
        Wait-Blocked $run
        $second = Connect-TcpChat 127.0.0.1 $talk.Server.Port
        'from a later one' | Send-TcpMessage -Session $second
        Wait-Until { $run.Output.Count -eq 2 }
        Stop-TcpChatServer $talk.Server
        (Receive-Shell $run).Text | Should -Be 'from a later one'
    }

    It 'follows no longer than -TimeoutSec, and no further than -Count, without an error' {
        Receive-TcpMessage $remote -Follow -TimeoutSec 0.2 | Should -BeNullOrEmpty
        1..3 | Send-TcpMessage -Session $client
        (Receive-TcpMessage $remote -Follow -Count 2).Text | Should -Be '1', '2'
        (Receive-TcpMessage $remote -TimeoutSec 10).Text | Should -Be '3'
    }

    It 'holds a peer back that sends more than is read, and loses nothing' {
        $peer = Start-TestPeer 'flood?lines=2000&size=20&then=close'
        $session = Connect-TcpChat 127.0.0.1 $peer.Port -InboxLimit 10
        Wait-Until { $session.InboxLength -eq 10 }
        $messages = Receive-TcpMessage $session -Count 2000 -TimeoutSec 20
        $messages | Should -HaveCount 2000
        $messages.Sequence | Should -Be (1..2000)
    }
}
