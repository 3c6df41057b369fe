@{
    RootModule           = 'bin/TcpChat.PowerShell.dll'
    ModuleVersion        = '0.1.0'
    GUID                 = '6f1c4f0e-3c0e-4a53-9c39-5d2a4d8f7b21'
    Author               = 'The TcpChat authors'
    CompanyName          = 'The TcpChat authors'
    Copyright            = '(c) The TcpChat authors. MIT licence.'
    Description          = 'TCP conversations as PowerShell objects: a server is a job, a connection is a session object, a message is an object, and every wait has a timeout.'
    PowerShellVersion    = '7.6'
    CompatiblePSEditions = @('Core')
    TypesToProcess       = @('bin/TcpChat.Types.ps1xml')
    FormatsToProcess     = @('bin/TcpChat.Format.ps1xml')
    CmdletsToExport      = @(
        'Connect-TcpChat'
        'Disconnect-TcpChat'
        'Enter-TcpChat'
        'Get-TcpChatServer'
        'Get-TcpChatSession'
        'Invoke-TcpRequest'
        'New-TcpChatCertificate'
        'Protect-TcpChatSession'
        'Receive-TcpMessage'
        'Send-TcpMessage'
        'Set-TcpChatServer'
        'Start-TcpChatServer'
        'Stop-TcpChatServer'
        'Test-TcpChat'
        'Wait-TcpChatSession'
        'Wait-TcpMessage'
    )
    FunctionsToExport    = @()
    AliasesToExport      = @()
    VariablesToExport    = @()
    PrivateData          = @{
        PSData = @{
            Tags         = @('PSEdition_Core', 'Windows', 'Linux', 'MacOS', 'tcp', 'chat', 'socket', 'network', 'server', 'client')
            ReleaseNotes = 'See CHANGELOG.md.'
        }
    }
}
