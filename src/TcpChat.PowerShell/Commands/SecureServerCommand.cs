using System.Management.Automation;
using System.Security;
using System.Security.Cryptography.X509Certificates;
using TcpChat.Handlers;
using TcpChat.Security;
using TcpChat.Servers;

namespace TcpChat.Commands;

/// <summary>What a command that starts a server has to say about what a connection must pass before it is a session.</summary>
public abstract class SecureServerCommand : HandlerOptionsCommand
{
    /// <summary>The server's certificate, with its private key: TLS from the first byte on.</summary>
    [Parameter]
    [ValidateNotNull]
    public X509Certificate2? Certificate { get; set; }

    /// <summary>The file of the server's certificate, PEM, DER or PFX: TLS from the first byte on.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string? CertificatePath { get; set; }

    /// <summary>The file of the certificate's private key, PEM. Default: the file of the certificate.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string? KeyPath { get; set; }

    /// <summary>What the private key or the PFX file is encrypted with.</summary>
    [Parameter]
    [ValidateNotNull]
    public SecureString? KeyPassword { get; set; }

    /// <summary>Clients must show a certificate that is trusted by -TrustedCertificatePath or -AllowedThumbprint.</summary>
    [Parameter]
    public SwitchParameter RequireClientCertificate { get; set; }

    /// <summary>Files of the authorities whose client certificates are trusted, and no others.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[]? TrustedCertificatePath { get; set; }

    /// <summary>The thumbprints of the client certificates that are accepted.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[]? AllowedThumbprint { get; set; }

    /// <summary>A secret that clients must send as their first message.</summary>
    [Parameter]
    [ValidateNotNull]
    public SecureString? AccessToken { get; set; }

    /// <summary>Allows -AccessToken without TLS, where everybody in between can read it.</summary>
    [Parameter]
    public SwitchParameter AllowUnencryptedAuthentication { get; set; }

    /// <summary>Runs for each connection before anything is read from it; gets the session as $_. False, or an error, turns it away.</summary>
    [Parameter]
    [ValidateNotNull]
    public ScriptBlock? OnConnect { get; set; }

    /// <summary>How long a connection may take to be admitted, in seconds: TLS handshake, -OnConnect and access token together.</summary>
    [Parameter]
    [ValidateRange(0.001, LongestTimeoutSec)]
    public double HandshakeTimeoutSec { get; set; } = TlsServerOptions.DefaultHandshakeTimeoutSec;

    /// <summary>How many connections may wait to be admitted; with one more, the oldest is cut.</summary>
    [Parameter]
    [ValidateRange(1, 1_000_000)]
    public int HandshakeLimit { get; set; } = ServerOptions.DefaultHandshakeLimit;

    /// <summary>The options with what a connection has to pass; ends the command where that makes no sense.</summary>
    private protected ServerOptions Secure(ServerOptions options)
    {
        CertificateArguments arguments = new(this);
        CertificateIdentity? identity = arguments.Identity(Certificate, CertificatePath, KeyPath, KeyPassword);
        try
        {
            options = options with
            {
                Tls = GetTls(identity, arguments),
                HandshakeTimeout = TimeSpan.FromSeconds(HandshakeTimeoutSec),
                HandshakeLimit = HandshakeLimit,
            };
            ThrowIfNotUsed(options);
            return AccessToken is null ? options : options with { AccessToken = ServerSecurity.Token(AccessToken, options, AllowUnencryptedAuthentication) };
        }
        catch (ParameterException e)
        {
            ThrowInvalidArgument(e.Id, e.Message);
            throw;
        }
    }

    /// <summary>The script that is asked about each connection; null where there is none.</summary>
    private protected HandlerOptions? GetConnectOptions() =>
        OnConnect is null ? null : GetOptions(OnConnect) with { IsConversation = true, IsAdmission = true, ErrorAction = HandlerErrorAction.Close };

    private TlsServerOptions? GetTls(CertificateIdentity? identity, CertificateArguments arguments)
    {
        bool trusts = TrustedCertificatePath is not null || AllowedThumbprint is not null;
        if (identity is null)
        {
            return !trusts && !RequireClientCertificate ? null : throw new ParameterException(
                "ServerCertificateMissing", "Clients show certificates in TLS only, and for that the server needs one of its own: -CertificatePath or -Certificate.");
        }

        if (trusts && !RequireClientCertificate)
        {
            throw new ParameterException(
                "TrustNotUsed", "-TrustedCertificatePath and -AllowedThumbprint say whose client certificates are accepted: they need -RequireClientCertificate.");
        }

        return new TlsServerOptions
        {
            Identity = identity,
            ClientTrust = RequireClientCertificate
                ? ServerSecurity.Trust(arguments.Authorities(TrustedCertificatePath), arguments.Thumbprints(AllowedThumbprint)) : null,
        };
    }

    private void ThrowIfNotUsed(ServerOptions options)
    {
        if (AllowUnencryptedAuthentication && AccessToken is null)
        {
            throw new ParameterException("AllowUnencryptedAuthenticationNotUsed", "-AllowUnencryptedAuthentication has a meaning with -AccessToken only.");
        }

        bool limits = MyInvocation.BoundParameters.ContainsKey(nameof(HandshakeLimit));
        if ((limits || MyInvocation.BoundParameters.ContainsKey(nameof(HandshakeTimeoutSec))) && options.Tls is null && AccessToken is null && OnConnect is null)
        {
            throw new ParameterException(
                "HandshakeNotUsed", "-HandshakeTimeoutSec and -HandshakeLimit have a meaning with a certificate, -OnConnect or -AccessToken only: without these, nothing is waited for.");
        }

        if (limits && options.Model != ServerModel.Concurrent)
        {
            throw new ParameterException(
                "HandshakeLimitNotUsed", "-HandshakeLimit has a meaning with -Model Concurrent only: otherwise each process, or the one server, admits one connection at a time.");
        }
    }
}
