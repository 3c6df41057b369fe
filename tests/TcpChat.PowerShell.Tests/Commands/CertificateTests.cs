using System.Management.Automation;
using System.Security;
using System.Security.Cryptography.X509Certificates;
using TcpChat.PowerShell.Tests.Host;

namespace TcpChat.PowerShell.Tests.Commands;

/// <summary>New-TcpChatCertificate.</summary>
public sealed class CertificateTests : IClassFixture<Engine>, IDisposable
{
    private readonly Engine _engine;
    private readonly TemporaryFolder _folder = new();

    public CertificateTests(Engine engine)
    {
        _engine = engine;
        _engine.Run("param($Folder) $null = $ExecutionContext.SessionState.Path.SetLocation($Folder)", _folder.FullName);
    }

    [Fact]
    public void Without_parameters_it_makes_an_authority_a_server_and_a_client_here()
    {
        Assert.Equal(
            $"authority Authority authority.pem authority.key.pem 365|server Server server.pem server.key.pem 365|client Client client.pem client.key.pem 365|localhost|127.0.0.1 ::1|{Path.Combine(_folder.FullName, "authority.pem")}",
            _engine.Text(
                """
                $made = New-TcpChatCertificate
                $made | ForEach-Object { "$($_.Name) $($_.Purpose) $([IO.Path]::GetRelativePath($PWD, $_.CertificatePath)) $([IO.Path]::GetRelativePath($PWD, $_.KeyPath)) $([int]($_.NotAfter - [DateTimeOffset]::Now).TotalDays)" }
                "$($made[1].DnsNames)"
                "$($made[1].Addresses)"
                $made[2].TrustedCertificatePath
                """));
        using X509Certificate2 client = X509Certificate2.CreateFromPemFile(Path.Combine(_folder.FullName, "client.pem"), Path.Combine(_folder.FullName, "client.key.pem"));
        Assert.Equal("CN=client", client.Subject);
    }

    [Fact]
    public void Names_addresses_and_days_are_chosen()
    {
        Assert.Equal("3", _engine.Text("[int]((New-TcpChatCertificate certs -DnsName chat.example.test, *.lab.test -IPAddress 192.0.2.7 -ValidDays 3)[1].NotAfter - [DateTimeOffset]::Now).TotalDays"));
        using X509Certificate2 certificate = X509CertificateLoader.LoadCertificateFromFile(Path.Combine(_folder.FullName, "certs", "server.pem"));
        Assert.Equal("CN=chat.example.test", certificate.Subject);
        Assert.True(certificate.MatchesHostname("any.lab.test"));
        Assert.True(certificate.MatchesHostname("192.0.2.7"));
        Assert.False(certificate.MatchesHostname("localhost"));
    }

    [Fact]
    public void An_authority_comes_by_the_pipeline_and_issues_for_several() =>
        Assert.Equal(
            "bob CN=bob|eve CN=eve|web CN=web.test",
            _engine.Text(
                """
                $authority, $null = New-TcpChatCertificate certs
                $issued = @($authority | New-TcpChatCertificate certs -Name bob, eve) + (New-TcpChatCertificate -AuthorityPath certs/authority.pem -Name web -Purpose Server -DnsName web.test)
                $issued | ForEach-Object { "$($_.Name) $($_.Subject)" }
                """));

    [Fact]
    public void Keys_are_encrypted_with_a_password_and_the_authority_s_opened_with_its_own() =>
        Assert.Equal(
            "bob",
            _engine.Text(
                """
                param($One, $Other)
                $null = New-TcpChatCertificate -KeyPassword $One
                (New-TcpChatCertificate -AuthorityPath authority.pem -AuthorityKeyPassword $One -Name bob -KeyPassword $Other).Name
                """,
                Secure("one"),
                Secure("other")));

    [Fact]
    public void What_if_writes_nothing()
    {
        Assert.Empty(_engine.Run("New-TcpChatCertificate certs -WhatIf"));
        Assert.Empty(Directory.GetFileSystemEntries(_folder.FullName));
    }

    [Theory]
    [InlineData("New-TcpChatCertificate", "FileExists", ErrorCategory.ResourceExists)]
    [InlineData("New-TcpChatCertificate -DnsName 10.0.0.1", "InvalidDnsName", ErrorCategory.InvalidArgument)]
    [InlineData("New-TcpChatCertificate x -DnsName @() -IPAddress @()", "ServerNameMissing", ErrorCategory.InvalidArgument)]
    [InlineData("New-TcpChatCertificate x -ClientName a/b", "InvalidCertificateName", ErrorCategory.InvalidArgument)]
    [InlineData("New-TcpChatCertificate x -ClientName Server", "InvalidCertificateName", ErrorCategory.InvalidArgument)]
    [InlineData("New-TcpChatCertificate x -ClientName authority", "InvalidCertificateName", ErrorCategory.InvalidArgument)]
    [InlineData("New-TcpChatCertificate x -KeyPassword ([securestring]::new())", "KeyPasswordEmpty", ErrorCategory.InvalidArgument)]
    [InlineData("New-TcpChatCertificate x -ValidDays 0", "ParameterArgumentValidationError", ErrorCategory.InvalidData)]
    [InlineData("New-TcpChatCertificate x -ValidDays 826", "ParameterArgumentValidationError", ErrorCategory.InvalidData)]
    [InlineData("New-TcpChatCertificate x -AuthorityPath authority.pem -Name bob -DnsName localhost", "ServerNameNotUsed", ErrorCategory.InvalidArgument)]
    [InlineData("New-TcpChatCertificate x -AuthorityPath authority.pem -Name bob -Purpose Authority", "ParameterArgumentValidationError", ErrorCategory.InvalidData)]
    [InlineData("New-TcpChatCertificate x -AuthorityPath none.pem -Name bob", "FileNotFound", ErrorCategory.ObjectNotFound)]
    [InlineData("New-TcpChatCertificate x -AuthorityPath client.pem -Name bob", "CertificateFileInvalid", ErrorCategory.InvalidData)]
    [InlineData("New-TcpChatCertificate x -AuthorityPath authority.pem -AuthorityKeyPath client.key.pem -Name bob", "CertificateFileInvalid", ErrorCategory.InvalidData)]
    [InlineData("New-TcpChatCertificate -AuthorityPath authority.pem -Name authority -Force", "FileExists", ErrorCategory.ResourceExists)]
    public void Each_error_has_its_id_and_category_and_nothing_is_written(string script, string id, ErrorCategory category)
    {
        _engine.Run("New-TcpChatCertificate");
        string[] before = [.. Directory.GetFiles(_folder.FullName).Select(static f => f + File.ReadAllText(f)).Order(StringComparer.Ordinal)];

        ErrorRecord error = _engine.Error(script);

        Assert.Equal((id, category), (error.FullyQualifiedErrorId.Split(',')[0], error.CategoryInfo.Category));
        Assert.Equal(before, Directory.GetFiles(_folder.FullName).Select(static f => f + File.ReadAllText(f)).Order(StringComparer.Ordinal));
        Assert.False(Directory.Exists(Path.Combine(_folder.FullName, "x")));
    }

    [Fact]
    public void Neither_keys_nor_passwords_are_seen()
    {
        string seen = _engine.Text(
            """
            param($Password)
            $VerbosePreference = $DebugPreference = 'Continue'
            $made = New-TcpChatCertificate -KeyPassword $Password *>&1
            $made | ForEach-Object { $item = $_; "$item"; $item.psobject.Properties | ForEach-Object { "$($_.Value)" } }
            """,
            Secure("correct horse"));
        Assert.DoesNotContain("correct horse", seen, StringComparison.Ordinal);
        foreach (string key in Directory.GetFiles(_folder.FullName, "*.key.pem"))
        {
            Assert.DoesNotContain(File.ReadAllLines(key)[1], seen, StringComparison.Ordinal);
        }
    }

    public void Dispose() => _folder.Dispose();

    private static SecureString Secure(string text)
    {
        SecureString secret = new();
        foreach (char c in text)
        {
            secret.AppendChar(c);
        }

        return secret;
    }
}
