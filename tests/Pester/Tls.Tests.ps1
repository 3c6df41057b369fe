[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseDeclaredVarsMoreThanAssignments', '', Justification = 'A test sees the variables of its BeforeAll.')]
[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSAvoidUsingConvertToSecureStringWithPlainText', '', Justification = 'It is no secret.')]
[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSAvoidUsingAllowUnencryptedAuthentication', '', Justification = 'A test of it.')]
param()

BeforeAll {
    . $PSScriptRoot/common.ps1
    $authority, $own, $alice = New-TcpChatCertificate (Join-Path $TestDrive certs) -ClientName alice
    $stranger = New-TcpChatCertificate (Join-Path $TestDrive others) -ClientName mallory
    $trust = $authority.CertificatePath
    $secret = ConvertTo-SecureString 'open-sesame' -AsPlainText -Force
}

Describe 'A TLS server and its clients' {
    AfterEach {
        Clear-TcpChat
    }

    It 'talk, and both know what protects them' {
        $server = $own | Start-TcpChatServer -Echo -Greeting 'Welcome, in private.'
        $session = Connect-TcpChat localhost $server.Port -UseTls -TrustedCertificatePath $trust
        "$(Receive-TcpMessage $session -TimeoutSec 10)" | Should -Be 'Welcome, in private.'
        "$(Invoke-TcpRequest hello $session)" | Should -Be 'hello'
        $session.Tls.Protocol | Should -Be 'Tls13'
        $session.Tls.PeerSubject | Should -Be 'CN=localhost'
        $session.Tls.PeerThumbprint | Should -Be $own.Thumbprint
        $server.Sessions[0].Tls.Protocol | Should -Be 'Tls13'
    }

    It 'say which check failed: <Id>' -ForEach @(
        @{ Id = 'CertificateNotTrusted'; Parameters = { @{} } }
        @{ Id = 'CertificateNotTrusted'; Parameters = { @{ TrustedCertificatePath = $stranger[0].CertificatePath } } }
        @{ Id = 'CertificateNameMismatch'; Parameters = { @{ TrustedCertificatePath = $trust; TargetHost = 'chat.example' } } }
        @{ Id = 'CertificateNotAllowed'; Parameters = { @{ PinnedThumbprint = $alice.Thumbprint } } }
    ) {
        $server = $own | Start-TcpChatServer
        $with = & $Parameters
        Connect-TcpChat localhost $server.Port -UseTls @with -ErrorAction SilentlyContinue -ErrorVariable problem | Should -BeNullOrEmpty
        $problem[0].FullyQualifiedErrorId | Should -BeLike "$Id,*"
        $problem[0].TargetObject | Should -Be "localhost:$($server.Port)"
    }

    It 'take a pinned certificate, and with -SkipCertificateCheck any, with a warning' {
        $server = $own | Start-TcpChatServer
        (Connect-TcpChat localhost $server.Port -UseTls -PinnedThumbprint $own.Thumbprint).Tls.IsPeerVerified | Should -BeTrue
        $session = Connect-TcpChat localhost $server.Port -UseTls -SkipCertificateCheck -WarningAction SilentlyContinue -WarningVariable warned
        $session.Tls.IsPeerVerified | Should -BeFalse
        $warned | Should -HaveCount 1
        $warned | Should -BeLike '*read all and change all*'
    }

    It 'know each other with certificates of both' {
        $server = $own | Start-TcpChatServer -RequireClientCertificate -TrustedCertificatePath $trust -OnMessage { "you are $($Session.Tls.PeerSubject)" }
        $to = @{ ComputerName = 'localhost'; Port = $server.Port; UseTls = $true; TrustedCertificatePath = $trust }
        $session = Connect-TcpChat @to -ClientCertificatePath $alice.CertificatePath -ClientKeyPath $alice.KeyPath
        "$(Invoke-TcpRequest 'who am I?' $session)" | Should -Be 'you are CN=alice'

        $refused = Connect-TcpChat @to -ClientCertificatePath $stranger[2].CertificatePath -ClientKeyPath $stranger[2].KeyPath -ErrorAction SilentlyContinue
        if ($refused) {
            Wait-TcpChatSession $refused -TimeoutSec 10
            $refused.CloseReason | Should -Be 'HandshakeFailed'
        }
        $server.Rejections[-1].Error.Code | Should -Be 'CertificateNotTrusted'
        "$($server.Rejections[-1])" | Should -BeLike '*CN=mallory*'
    }

    It 'go on while the certificate changes' {
        $server = $own | Start-TcpChatServer -Echo
        $before = Connect-TcpChat localhost $server.Port -UseTls -TrustedCertificatePath $trust
        $server | Set-TcpChatServer -CertificatePath $stranger[1].CertificatePath -KeyPath $stranger[1].KeyPath
        "$(Invoke-TcpRequest 'still here' $before)" | Should -Be 'still here'
        $after = Connect-TcpChat localhost $server.Port -UseTls -TrustedCertificatePath $stranger[0].CertificatePath
        $after.Tls.PeerThumbprint | Should -Be $stranger[1].Thumbprint
    }

    It 'are served by -Model <_>' -ForEach 'Iterative', 'Process' {
        $server = $own | Start-TcpChatServer -Model $_ -ScriptBlock { param($Session) Send-TcpMessage "by $($Session.Tls.Protocol)" $Session }
        $session = Connect-TcpChat localhost $server.Port -UseTls -TrustedCertificatePath $trust -TimeoutSec 30
        "$(Receive-TcpMessage $session -TimeoutSec 30)" | Should -Be 'by Tls13'
    }

    It 'are told apart from those that speak no TLS' {
        $server = $own | Start-TcpChatServer -Echo
        $plain = Connect-TcpChat localhost $server.Port
        Send-TcpMessage 'hello?' $plain
        Wait-TcpChatSession $plain -TimeoutSec 10
        $server.Rejections[-1].Error.Code | Should -Be 'HandshakeFailed'
        $clear = Start-TcpChatServer -Echo
        Connect-TcpChat localhost $clear.Port -UseTls -ErrorAction SilentlyContinue -ErrorVariable problem | Should -BeNullOrEmpty
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'HandshakeFailed,*'
        "$(Invoke-TcpRequest 'goes on' -ComputerName localhost -Port $clear.Port)" | Should -Be 'goes on'
    }

    It 'are tested by Test-TcpChat, an expiry date included' {
        $server = $own | Start-TcpChatServer -Echo
        $result = Test-TcpChat localhost $server.Port -UseTls -TrustedCertificatePath $trust -Count 1
        $result.Succeeded | Should -BeTrue
        $result.TlsTime | Should -BeGreaterThan 0
        $result.CertificateExpiresAt | Should -Be $own.NotAfter.LocalDateTime
        (Test-TcpChat localhost $server.Port -UseTls).ErrorCode | Should -Be 'CertificateNotTrusted'
    }
}

Describe 'Who is let in' {
    AfterEach {
        Clear-TcpChat
    }

    It 'is who has the access token' {
        $server = $own | Start-TcpChatServer -AccessToken $secret -Greeting welcome
        $to = @{ ComputerName = 'localhost'; Port = $server.Port; UseTls = $true; TrustedCertificatePath = $trust }
        "$(Connect-TcpChat @to -AccessToken $secret | Receive-TcpMessage -TimeoutSec 10)" | Should -Be 'welcome'
        $wrong = Connect-TcpChat @to -AccessToken (ConvertTo-SecureString 'open-barley' -AsPlainText -Force)
        "$(Receive-TcpMessage $wrong -TimeoutSec 10)" | Should -Be 'Access denied.'
        $server.Rejections[-1].Error.Code | Should -Be 'AccessDenied'
    }

    It 'sends its token over TLS only, unless told otherwise' {
        { Connect-TcpChat localhost 9 -AccessToken $secret } | Should -Throw -ErrorId 'AccessTokenNeedsTls,*'
        { Start-TcpChatServer -AccessToken $secret } | Should -Throw -ErrorId 'AccessTokenNeedsTls,*'
        $server = Start-TcpChatServer -AccessToken $secret -AllowUnencryptedAuthentication -Echo
        $session = Connect-TcpChat localhost $server.Port -AccessToken $secret -AllowUnencryptedAuthentication
        "$(Invoke-TcpRequest hello $session)" | Should -Be 'hello'
    }

    It 'is whom the script lets in' {
        $server = Start-TcpChatServer -Echo -OnConnect { Send-TcpMessage 'not today' $_; $false }
        $session = Connect-TcpChat localhost $server.Port
        "$(Receive-TcpMessage $session -TimeoutSec 10)" | Should -Be 'not today'
        Wait-TcpChatSession $session -TimeoutSec 10
        $server.Rejections[-1].Error.Code | Should -Be 'TurnedAway'
        $server.Sessions | Should -BeNullOrEmpty
    }

    It 'is nobody that the secrets are shown to' {
        $password = ConvertTo-SecureString 'pass-word-17' -AsPlainText -Force
        $made = New-TcpChatCertificate (Join-Path $TestDrive encrypted) -KeyPassword $password
        $shown = & {
            $server = Start-TcpChatServer -CertificatePath $made[1].CertificatePath -KeyPath $made[1].KeyPath -KeyPassword $password -AccessToken $secret -Verbose
            $session = Connect-TcpChat localhost $server.Port -UseTls -TrustedCertificatePath $made[0].CertificatePath -AccessToken $secret -Verbose
            $null = Wait-TcpChatSession -Server $server -Count 1 -TimeoutSec 10
            $server | Format-List *
            $session | Format-List *
            Get-TcpChatSession | Format-List *
            $made | Format-List *
            try { Start-TcpChatServer -CertificatePath $made[1].CertificatePath -KeyPath $made[1].KeyPath -KeyPassword $secret } catch { $_.FullyQualifiedErrorId; $_ }
        } *>&1 | Out-String
        $shown | Should -BeLike '*KeyPasswordWrong*'
        $shown | Should -Not -BeLike '*open-sesame*'
        $shown | Should -Not -BeLike '*pass-word-17*'
        $shown | Should -Not -BeLike '*-----BEGIN*'
    }
}

Describe 'Protect-TcpChatSession' {
    AfterEach {
        Clear-TcpChat
    }

    It 'has a conversation go on in TLS at both ends' {
        $server = Start-TcpChatServer -ArgumentList $own.CertificatePath, $own.KeyPath -ScriptBlock {
            param($Session, $Certificate, $Key)
            $null = Wait-TcpMessage '^STARTTLS\n' $Session
            Protect-TcpChatSession $Session -Message '220 go ahead' -CertificatePath $Certificate -KeyPath $Key
            Send-TcpMessage "protected: $(Receive-TcpMessage $Session -TimeoutSec 10)" $Session
        }
        $session = Connect-TcpChat localhost $server.Port
        Send-TcpMessage STARTTLS $session
        $null = Wait-TcpMessage '^220 .*\n' $session
        Protect-TcpChatSession $session -TrustedCertificatePath $trust
        "$(Invoke-TcpRequest hello $session)" | Should -Be 'protected: hello'
        $session.Tls.PeerSubject | Should -Be 'CN=localhost'
    }

    It 'refuses what was slipped in before' {
        $server = Start-TcpChatServer -OnMessage { '220 go ahead'; 'slipped in' }
        $session = Connect-TcpChat localhost $server.Port
        Send-TcpMessage STARTTLS $session
        $null = Wait-TcpMessage '^slipped' $session -TimeoutSec 10
        Protect-TcpChatSession $session -TrustedCertificatePath $trust -ErrorAction SilentlyContinue -ErrorVariable problem
        $problem[0].FullyQualifiedErrorId | Should -BeLike 'UnprotectedDataWaiting,*'
        $session.State | Should -Be 'Open'
    }
}
