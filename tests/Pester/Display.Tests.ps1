[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'A test sees the variables of its BeforeEach.')]
param()

BeforeAll {
    . $PSScriptRoot/common.ps1

    # What a terminal of 80 columns would be sent, without PowerShell's own colours.
    function Show {
        [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseApprovedVerbs', '', Justification = 'A test helper.')]
        param([Parameter(ValueFromPipeline)] $InputObject)
        begin { $all = [System.Collections.Generic.List[object]]::new() }
        process { $all.Add($InputObject) }
        end {
            $rendering = $PSStyle.OutputRendering
            $PSStyle.OutputRendering = 'PlainText'
            try {
                ($all | Out-String -Width 80) -replace "`r`n", "`n"
            }
            finally {
                $PSStyle.OutputRendering = $rendering
            }
        }
    }

    # Characters that a terminal obeys, but for the ends of lines.
    $active = '[\x00-\x09\x0B-\x1F\x7F-\x9F\u202A-\u202E\u2066-\u2069]'
}

Describe 'Display' {
    BeforeEach {
        $talk = New-Conversation @{ Name = 'shown' }
    }

    AfterEach {
        Clear-TcpChat
    }

    It 'shows a server as a table of 80 columns' {
        $lines = ($talk.Server | Show).Trim() -split "`n"
        $lines[0] | Should -Match '^Id\s+Name\s+State\s+Location\s+Sessions\s+In\s+Out\s*$'
        $lines[2] | Should -Match "^\s*$($talk.Server.Id) shown\s+Running\s+127\.0\.0\.1:$($talk.Server.Port)\s+1\s+0\s+0$"
        $lines | ForEach-Object Length | Should -Not -BeGreaterThan 80
    }

    It 'shows sessions as a table of 80 columns' {
        $text = $talk.Client, $talk.Remote | Show
        $lines = $text.Trim() -split "`n"
        $lines[0] | Should -Match '^Id\s+Name\s+State\s+Tls\s+RemoteEndPoint\s+In\s+Out\s+CloseReason\s*$'
        $lines | Should -HaveCount 4
        $lines[2] | Should -Match 'Open'
        $lines[3] | Should -Match 'Open'
        $lines | ForEach-Object Length | Should -Not -BeGreaterThan 80
    }

    It 'shows tests of connections as a table of 80 columns' {
        $echo = Start-TcpChatServer -Echo
        $text = 'localhost', 'a computer with a long name' | Test-TcpChat -Port $echo.Port -Count 2 | Show
        $lines = $text.Trim() -split "`n"
        $lines[0] | Should -Match '^ComputerName\s+Port\s+Succeeded\s+ConnectMs\s+Echoes\s+MedianMs\s+ErrorCode\s*$'
        $lines[2] | Should -Match "^localhost\s+$($echo.Port)\s+True\s+[\d.,]+\s+2/2\s+[\d.,]+\s*$"
        $lines[3] | Should -Match 'False.*(NameNotFound|ConnectTimeout)'
        $lines | ForEach-Object Length | Should -Not -BeGreaterThan 80
    }

    It 'shows a count that has more digits than its column in thousands: <Count>' -ForEach @(
        @{ Count = 9999; Shown = '9999' }
        @{ Count = 12345; Shown = '12k' }
        @{ Count = 999999; Shown = '999k' }
        @{ Count = 1234567; Shown = '1M' }
        @{ Count = [long]::MaxValue; Shown = '9E' }
    ) {
        [TcpChat.Display.ShortCount]::Format($Count) | Should -Be $Shown
    }

    It 'shows why a session ended' {
        Disconnect-TcpChat $talk.Remote
        $talk.Remote | Show | Should -Match 'Closed.*LocalClosed'
    }

    It 'shows a session in full where it is asked for' {
        $text = $talk.Client | Format-List | Show
        $text | Should -Match 'RemoteEndPoint\s+: 127\.0\.0\.1'
        $text | Should -Match 'BytesReceived\s+: 0'
    }

    It 'shows a message as a line of conversation' {
        'Hello, world' | Send-TcpMessage -Session $talk.Client
        $text = Receive-TcpMessage $talk.Server -TimeoutSec 10 | Show
        $text.Trim() | Should -Match '^\d\d:\d\d:\d\d 127\.0\.0\.1:\d+: Hello, world$'
    }

    It 'shows messages one under the other, with no empty lines between' {
        'one', 'two', 'three' | Send-TcpMessage -Session $talk.Client
        $text = Receive-TcpMessage $talk.Server -Count 3 -TimeoutSec 10 | Show
        $text.Trim() -split "`n" | Should -HaveCount 3
    }

    It 'shows messages in a table where it is asked for' {
        'one' | Send-TcpMessage -Session $talk.Client
        $text = Receive-TcpMessage $talk.Server -TimeoutSec 10 | Format-Table | Show
        $text | Should -Match 'ReceivedAt\s+Sender\s+Text'
        $text | Should -Match '1\s+\d\d:\d\d:\d\d.*one'
    }

    It 'shows a message in full with Format-List' {
        'one' | Send-TcpMessage -Session $talk.Client
        $text = Receive-TcpMessage $talk.Server -TimeoutSec 10 | Format-List | Show
        $text | Should -Match 'Text\s+: one'
        $text | Should -Match 'Sequence\s+: 1'
    }
}

Describe 'Text of a hostile peer' {
    BeforeEach {
        $talk = New-Conversation
        # Clears the screen, sets the title, rings, goes back, deletes, C1, and turns the direction of writing.
        $hostile = "a`e[2J`e]0;owned`a`b`r`u{7F}`u{9B}31m`u{202E}z"
        $hostile | Send-TcpMessage -Session $talk.Client
        Wait-Until { $talk.Remote.InboxLength -eq 1 }
    }

    AfterEach {
        Clear-TcpChat
    }

    It 'never reaches the terminal raw: <How>' -ForEach @(
        @{ How = 'as it comes'; Format = { Receive-TcpMessage $talk.Server } }
        @{ How = 'Format-List'; Format = { Receive-TcpMessage $talk.Server | Format-List } }
        @{ How = 'Format-Table'; Format = { Receive-TcpMessage $talk.Server | Format-Table } }
        @{ How = 'Format-Table -Wrap'; Format = { Receive-TcpMessage $talk.Server | Format-Table -Wrap } }
        @{ How = 'Format-Custom'; Format = { Receive-TcpMessage $talk.Server | Format-Custom } }
        @{ How = 'among other objects'; Format = { Get-Process -Id $PID; Receive-TcpMessage $talk.Server; Get-Date } }
        @{ How = 'after a server'; Format = { $talk.Server; Receive-TcpMessage $talk.Server } }
        @{ How = 'after a session'; Format = { $talk.Client; Receive-TcpMessage $talk.Server } }
        @{ How = 'Receive-Job'; Format = { Receive-Job $talk.Server } }
    ) {
        $text = & $Format | Show
        $text | Should -Match 'z'
        $text | Should -Not -Match $active
        $text | Should -Match "`u{241B}"
    }

    It 'never reaches the terminal raw by a job that has it waiting: <How>' -ForEach @(
        @{ How = 'Get-Job'; Format = { Get-Job } }
        @{ How = 'Get-Job -IncludeChildJob'; Format = { Get-Job -IncludeChildJob } }
        @{ How = 'child jobs'; Format = { $talk.Server.ChildJobs } }
        @{ How = 'child jobs after a server'; Format = { $talk.Server; $talk.Server.ChildJobs } }
        @{ How = 'child jobs after another object'; Format = { Get-Process -Id $PID; $talk.Server.ChildJobs } }
        @{ How = 'Format-List of a server'; Format = { $talk.Server | Format-List } }
        @{ How = 'Format-List of a child job'; Format = { $talk.Server.ChildJobs | Format-List } }
        @{ How = 'sessions'; Format = { Get-TcpChatSession } }
        @{ How = 'Format-List of sessions'; Format = { Get-TcpChatSession | Format-List } }
    ) {
        & $Format | Show | Should -Not -Match $active
        (Receive-TcpMessage $talk.Server -TimeoutSec 0).Text | Should -Be $hostile
    }

    It 'is untouched in the object' {
        $message = Receive-TcpMessage $talk.Server
        $message.Text | Should -Be $hostile
        "$message" | Should -Be $hostile
    }
}

Describe 'Child jobs' {
    AfterEach {
        Clear-TcpChat
    }

    It 'are shown as a table, also after their server' {
        $talk = New-Conversation @{ Name = 'shown' }
        foreach ($text in ($talk.Server.ChildJobs | Show), (Get-Job -IncludeChildJob | Show)) {
            $lines = $text.Trim() -split "`n"
            $lines.Count | Should -BeLessThan 8
            $lines | ForEach-Object Length | Should -Not -BeGreaterThan 80
            $text | Should -Match "$($talk.Client.LocalEndPoint)"
        }
    }
}

Describe 'Sessions and tests with TLS' {
    BeforeAll {
        $folder = Join-Path $TestDrive 'certificates'
        $null = New-Item $folder -ItemType Directory
        $authority, $own, $null = New-TcpChatCertificate $folder
    }

    BeforeEach {
        $server = Start-TcpChatServer -Echo -CertificatePath $own.CertificatePath -KeyPath $own.KeyPath
        $trust = @{ UseTls = $true; TrustedCertificatePath = $authority.CertificatePath }
    }

    AfterEach {
        Clear-TcpChat
    }

    It 'shows in the table of sessions which are protected, in 80 columns' {
        $plain = New-Conversation
        $lines = (Connect-TcpChat localhost $server.Port @trust), $plain.Client | Show | ForEach-Object { $_.Trim() -split "`n" }
        $lines[2] | Should -Match 'Open\s+1\.3 127\.0\.0\.1:'
        $lines[3] | Should -Match 'Open\s+127\.0\.0\.1:'
        $lines | ForEach-Object Length | Should -Not -BeGreaterThan 80
    }

    It 'shows what protects a session in its list' {
        $session = Connect-TcpChat localhost $server.Port @trust
        $session | Format-List | Show | Should -Match "Tls\s+: Tls13, TLS_AES_\w+, 'CN=localhost' verified"
        $text = $session.Tls | Show
        $text | Should -Match 'Protocol\s+: Tls13'
        $text | Should -Match 'IsPeerVerified\s+: True'
        $text | Should -Match 'PeerSubject\s+: CN=localhost'
        $text | Should -Match 'PeerExpiresAt'
    }

    It 'shows tests with TLS as a table of 80 columns that says when the certificate expires' {
        $lines = (Test-TcpChat localhost $server.Port @trust), (Test-TcpChat localhost $server.Port -UseTls) | Show | ForEach-Object { $_.Trim() -split "`n" }
        $lines[0] | Should -Match '^ComputerName\s+Port\s+Succeeded\s+TlsMs\s+Expires\s+ErrorCode\s*$'
        $expires = $own.NotAfter.LocalDateTime.ToString('yyyy-MM-dd', [cultureinfo]::InvariantCulture)
        $lines[2] | Should -Match "True\s+[\d.,]+ $expires\s*$"
        $lines[3] | Should -Match "False\s+$expires CertificateNotTrusted\s*$"
        $lines | ForEach-Object Length | Should -Not -BeGreaterThan 80
    }

    It 'never shows what a certificate says raw: <How>' -ForEach @(
        @{ How = 'an error'; Format = { Connect-TcpChat localhost $hostile.Port -UseTls -ErrorVariable failed -ErrorAction SilentlyContinue; $failed[0] } }
        @{ How = 'Tls'; Format = { $session.Tls } }
        @{ How = 'Tls as text'; Format = { "$($session.Tls)" } }
        @{ How = 'Format-List of a session'; Format = { $session | Format-List } }
        @{ How = 'Format-List of a test'; Format = { Test-TcpChat localhost $hostile.Port -UseTls -SkipCertificateCheck -WarningAction Ignore | Format-List } }
        @{ How = 'Format-List of a test that failed'; Format = { Test-TcpChat localhost $hostile.Port -UseTls | Format-List } }
    ) {
        $key = [Security.Cryptography.ECDsa]::Create([Security.Cryptography.ECCurve+NamedCurves]::nistP256)
        $name = [Security.Cryptography.X509Certificates.X500DistinguishedNameBuilder]::new()
        $name.AddCommonName("evil`e[2J`u{202E}z")
        $request = [Security.Cryptography.X509Certificates.CertificateRequest]::new($name.Build(), $key, 'SHA256')
        $hostile = Start-TcpChatServer -Certificate $request.CreateSelfSigned([DateTimeOffset]::UtcNow.AddDays(-1), [DateTimeOffset]::UtcNow.AddDays(1))
        $session = Connect-TcpChat localhost $hostile.Port -UseTls -SkipCertificateCheck -WarningAction Ignore
        $text = & $Format | Show
        $text | Should -Not -Match $active
        $text | Should -Match 'evil'
    }
}
