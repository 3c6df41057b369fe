using System.Management.Automation;
using TcpChat.PowerShell.Tests.Host;

namespace TcpChat.PowerShell.Tests.Security;

/// <summary>What becomes of a command's parameters about certificates.</summary>
public sealed class CertificateArgumentsTests : IClassFixture<Engine>, IDisposable
{
    // An advanced function is a PSCmdlet too, so that it can stand for each command that has such parameters.
    private const string Command =
        """
        function Test-Arguments {
            [CmdletBinding()]
            param($Certificate, [string] $CertificatePath, [string] $KeyPath, [securestring] $KeyPassword, [string[]] $TrustedCertificatePath, [string[]] $Thumbprint)
            $type = (Get-Command New-TcpChatCertificate).ImplementingType.Assembly.GetType('TcpChat.Security.CertificateArguments')
            $arguments = [Activator]::CreateInstance($type, @($PSCmdlet, 'Client'))
            $none = [System.Management.Automation.Language.NullString]::Value
            $identity = $arguments.Identity($Certificate, ($CertificatePath ? $CertificatePath : $none), ($KeyPath ? $KeyPath : $none), $KeyPassword)
            $identity ? $identity.Certificate.Subject : 'nobody'
            $authorities = $arguments.Authorities($TrustedCertificatePath)
            $null -eq $authorities ? -1 : $authorities.Count
            $arguments.Thumbprints($Thumbprint) -join ','
        }
        function New-Secret([string] $Text) {
            $secret = [securestring]::new()
            $Text.ToCharArray() | ForEach-Object { $secret.AppendChar($_) }
            , $secret
        }
        """;

    private readonly Engine _engine;
    private readonly TemporaryFolder _folder = new();

    public CertificateArgumentsTests(Engine engine)
    {
        _engine = engine;
        _engine.Run($"param($Folder) $null = $ExecutionContext.SessionState.Path.SetLocation($Folder)\n{Command.Replace("function ", "function global:", StringComparison.Ordinal)}\n$global:authority, $global:server, $null = New-TcpChatCertificate -DnsName web.test", _folder.FullName);
    }

    [Fact]
    public void Without_parameters_there_is_nothing() => Assert.Equal("nobody|-1|", _engine.Text("Test-Arguments"));

    [Fact]
    public void Paths_are_those_of_powershell() => Assert.Equal(
        "CN=web.test|2|True",
        _engine.Text(
            """
            $all = Test-Arguments -CertificatePath ./server.pem -KeyPath server.key.pem -TrustedCertificatePath authority.pem, ./server.pem -Thumbprint $server.Thumbprint.ToLower(), ($server.Thumbprint.Substring(0, 40) -replace '(..)(?!$)', '$1:')
            $all[0, 1]
            $all[2] -eq "$($server.Thumbprint),$($server.Thumbprint.Substring(0, 40))"
            """));

    [Fact]
    public void A_certificate_in_memory_goes_without_files() => Assert.Equal(
        "CN=web.test|-1|",
        _engine.Text("Test-Arguments -Certificate ([Security.Cryptography.X509Certificates.X509Certificate2]::CreateFromPemFile($server.CertificatePath, $server.KeyPath))"));

    [Theory]
    [InlineData("-Certificate ([Security.Cryptography.X509Certificates.X509CertificateLoader]::LoadCertificateFromFile($server.CertificatePath))", "CertificateFileInvalid", ErrorCategory.InvalidData, "has no private key")]
    [InlineData("-Certificate $mine -CertificatePath server.pem", "CertificateNotAlone", ErrorCategory.InvalidArgument, "-ClientCertificate has its private key with it")]
    [InlineData("-Certificate $mine -KeyPath server.key.pem", "CertificateNotAlone", ErrorCategory.InvalidArgument, "-ClientCertificate has its private key with it")]
    [InlineData("-Certificate $mine -KeyPassword (New-Secret x)", "CertificateNotAlone", ErrorCategory.InvalidArgument, "-ClientCertificate has its private key with it")]
    [InlineData("-KeyPath server.key.pem", "CertificatePathMissing", ErrorCategory.InvalidArgument, "-ClientKeyPath needs -ClientCertificatePath")]
    [InlineData("-KeyPassword (New-Secret x)", "CertificatePathMissing", ErrorCategory.InvalidArgument, "-ClientKeyPassword needs -ClientCertificatePath")]
    [InlineData("-CertificatePath none.pem", "FileNotFound", ErrorCategory.ObjectNotFound, "none.pem")]
    [InlineData("-CertificatePath server.pem", "CertificateFileInvalid", ErrorCategory.InvalidData, "has no private key in it")]
    [InlineData("-CertificatePath server.pem -KeyPath authority.key.pem", "CertificateFileInvalid", ErrorCategory.InvalidData, "is not the one of the certificate")]
    [InlineData("-CertificatePath Variable:x", "PathNotFileSystem", ErrorCategory.InvalidArgument, "Variable")]
    [InlineData("-TrustedCertificatePath server.pem, none.pem", "FileNotFound", ErrorCategory.ObjectNotFound, "none.pem")]
    [InlineData("-TrustedCertificatePath server.key.pem", "CertificateFileInvalid", ErrorCategory.InvalidData, "has no certificate in it")]
    [InlineData("-Thumbprint 12", "InvalidThumbprint", ErrorCategory.InvalidArgument, "'12' is no thumbprint")]
    public void What_makes_no_sense_ends_the_command(string arguments, string id, ErrorCategory category, string told)
    {
        ErrorRecord error = _engine.Error(
            $"$mine = [Security.Cryptography.X509Certificates.X509Certificate2]::CreateFromPemFile($server.CertificatePath, $server.KeyPath); Test-Arguments {arguments}");
        Assert.Equal((id, category), (error.FullyQualifiedErrorId.Split(',')[0], error.CategoryInfo.Category));
        Assert.Contains(told, error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_error_about_a_file_has_its_path() => Assert.Equal(
        Path.Combine(_folder.FullName, "none.pem"),
        _engine.Error("Test-Arguments -TrustedCertificatePath server.pem, none.pem").TargetObject);

    [Fact]
    public void A_password_opens_the_key_and_is_in_no_error()
    {
        _engine.Run("New-TcpChatCertificate -Force -DnsName web.test -KeyPassword (New-Secret 'correct horse')");
        Assert.Equal("CN=web.test|-1|", _engine.Text("Test-Arguments -CertificatePath server.pem -KeyPath server.key.pem -KeyPassword (New-Secret 'correct horse')"));

        ErrorRecord wrong = _engine.Error("Test-Arguments -CertificatePath server.pem -KeyPath server.key.pem -KeyPassword (New-Secret 'battery staple')");
        Assert.Equal("KeyPasswordWrong", wrong.FullyQualifiedErrorId.Split(',')[0]);
        Assert.DoesNotContain("battery", wrong.ToString() + wrong.Exception, StringComparison.Ordinal);
        Assert.Equal("KeyPasswordWrong", _engine.Error("Test-Arguments -CertificatePath server.pem -KeyPath server.key.pem").FullyQualifiedErrorId.Split(',')[0]);
    }

    [Fact]
    public void A_secret_is_overwritten_when_it_is_let_go() => Assert.Equal(
        "correct horse|0",
        _engine.Text(
            """
            $type = (Get-Command New-TcpChatCertificate).ImplementingType.Assembly.GetType('TcpChat.Security.SecretText')
            $secret = $type.GetMethod('Of').Invoke($null, @((New-Secret 'correct horse')))
            $characters = $type.GetField('_characters', 'NonPublic,Instance').GetValue($secret)
            -join $characters
            $secret.Dispose()
            @($characters | Where-Object { [int]$_ }).Count
            """));

    public void Dispose() => _folder.Dispose();
}
