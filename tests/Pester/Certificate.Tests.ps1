BeforeAll {
    . $PSScriptRoot/common.ps1
}

Describe 'New-TcpChatCertificate' {
    BeforeEach {
        Set-Location $TestDrive
        Get-ChildItem $TestDrive | Remove-Item -Recurse
    }

    AfterAll {
        Set-Location $PSScriptRoot
    }

    It 'makes all that two ends need in one line' {
        $authority, $server, $client = New-TcpChatCertificate
        $authority.Purpose | Should -Be 'Authority'
        $server.DnsNames | Should -Be 'localhost'
        $client.Subject | Should -Be 'CN=client'
        (Get-ChildItem).Name | Sort-Object | Should -Be 'authority.key.pem', 'authority.pem', 'client.key.pem', 'client.pem', 'server.key.pem', 'server.pem'
        (Get-PfxCertificate $server.CertificatePath).Subject | Should -Be 'CN=localhost'
    }

    It 'keeps keys for their owner' -Skip:$IsWindows {
        (New-TcpChatCertificate certs | Get-Item -Path { $_.KeyPath }).UnixMode | Should -Be '-rw-------', '-rw-------', '-rw-------'
    }

    It 'replaces nothing unless told to' {
        $before = New-TcpChatCertificate certs
        New-TcpChatCertificate certs -ErrorAction SilentlyContinue -ErrorVariable problem | Should -BeNullOrEmpty
        $problem.FullyQualifiedErrorId | Should -BeLike 'FileExists,*'
        $problem.CategoryInfo.TargetName | Should -Be (Join-Path $TestDrive certs)
        (New-TcpChatCertificate certs -Force).Thumbprint | Should -Not -Be $before.Thumbprint
    }

    It 'issues for further people later' {
        New-TcpChatCertificate certs | Out-Null
        $issued = New-TcpChatCertificate certs -AuthorityPath certs/authority.pem -Name bob, eve
        $issued.Subject | Should -Be 'CN=bob', 'CN=eve'
        $issued.TrustedCertificatePath | Should -Be @((Join-Path $TestDrive certs authority.pem), (Join-Path $TestDrive certs authority.pem))
    }

    It 'is shown as a table of 80 columns, without anything secret' {
        $rendering = $PSStyle.OutputRendering
        $PSStyle.OutputRendering = 'PlainText'
        try {
            $lines = (New-TcpChatCertificate c | Out-String -Width 80).Trim() -split "`r?`n"
        }
        finally {
            $PSStyle.OutputRendering = $rendering
        }

        $lines[0] | Should -Match '^Name\s+Purpose\s+NotAfter\s+CertificatePath\s*$'
        $lines[2] | Should -Match '^authority\s+Authority\s+\d{4}-\d\d-\d\d\s+'
        $lines | Should -HaveCount 5
    }

    It 'writes nothing with -WhatIf' {
        New-TcpChatCertificate certs -WhatIf | Should -BeNullOrEmpty
        Test-Path certs | Should -BeFalse
    }

    It 'completes what a certificate is for' {
        (Complete 'New-TcpChatCertificate -AuthorityPath a -Name b -Purpose ').CompletionText | Should -Be 'Client', 'Server'
    }
}
