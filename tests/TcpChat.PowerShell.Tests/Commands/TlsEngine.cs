using TcpChat.PowerShell.Tests.Host;

namespace TcpChat.PowerShell.Tests.Commands;

/// <summary>An engine with certificates in <c>$folder</c>, and <c>Start-Tls</c>, which starts an echo server with TLS and gives its port.</summary>
public sealed class TlsEngine : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public TlsEngine() => Engine.Run(
        """
        param($Path)
        $folder = $Path
        $trust = "$folder/authority.pem"
        $made = New-TcpChatCertificate $folder
        $servers = [Collections.Generic.List[object]]::new()

        # From a text to a secret without the cmdlet, which is not among the engine's own.
        function Get-Secret($Text) { $secret = [securestring]::new(); foreach ($c in $Text.ToCharArray()) { $secret.AppendChar($c) }; $secret }

        function Start-Tls([switch] $Mutual, [string] $Token, [string] $Name = 'server', $Certificate, [switch] $Plain) {
            $Certificate ??= [Security.Cryptography.X509Certificates.X509Certificate2]::CreateFromPemFile("$folder/$Name.pem", "$folder/$Name.key.pem")
            $tls = @{ Identity = [TcpChat.Security.CertificateIdentity]::Of($Certificate, $null) }
            if ($Mutual) {
                $authority = [Security.Cryptography.X509Certificates.X509CertificateLoader]::LoadCertificateFromFile($trust)
                $tls.ClientTrust = [TcpChat.Security.PeerTrust]@{ Authorities = $authority }
            }

            $options = @{ Answer = 'Echo' }
            if (-not $Plain) { $options.Tls = [TcpChat.Security.TlsServerOptions]$tls }
            if ($Token) {
                # A script cannot call what takes a span.
                $constructor = [TcpChat.Security.AccessToken].GetConstructor('Instance, Public, NonPublic', $null, [type[]]@([byte[]]), $null)
                $options.AccessToken = $constructor.Invoke(@(, [Text.Encoding]::UTF8.GetBytes($Token)))
            }

            $script:server = [TcpChat.Servers.ChatServer]::Start([TcpChat.Servers.ServerOptions]$options)
            $servers.Add($server)
            $server.LocalEndPoint.Port
        }

        # A certificate that vouches for itself.
        function New-SelfSigned([string] $Subject, [int] $FromDay, [int] $ToDay) {
            $key = [Security.Cryptography.ECDsa]::Create([Security.Cryptography.ECCurve+NamedCurves]::nistP256)
            $name = [Security.Cryptography.X509Certificates.X500DistinguishedNameBuilder]::new()
            $name.AddCommonName($Subject)
            $request = [Security.Cryptography.X509Certificates.CertificateRequest]::new($name.Build(), $key, 'SHA256')
            $request.CreateSelfSigned([DateTimeOffset]::UtcNow.AddDays($FromDay), [DateTimeOffset]::UtcNow.AddDays($ToDay))
        }
        """,
        _folder.FullName);

    public Engine Engine { get; } = new();

    public void Dispose()
    {
        Engine.Run("foreach ($server in $servers) { $server.Dispose() }");
        Engine.Dispose();
        _folder.Dispose();
    }
}
