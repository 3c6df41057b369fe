using System.Management.Automation;
using System.Security;
using System.Security.Cryptography.X509Certificates;
using TcpChat.Security;

namespace TcpChat.Commands;

/// <content>How the connection is protected, and how each side proves who it is.</content>
public abstract partial class ClientCommand
{
    private static readonly string[] s_tlsParameters =
    [
        nameof(TargetHost), nameof(TrustedCertificatePath), nameof(PinnedThumbprint), nameof(ClientCertificate),
        nameof(ClientCertificatePath), nameof(ClientKeyPath), nameof(ClientKeyPassword),
    ];

    /// <summary>Speaks TLS from the first byte on, 1.2 or 1.3, and checks the server's certificate.</summary>
    [Parameter(ParameterSetName = ComputerSet)]
    public SwitchParameter UseTls { get; set; }

    /// <summary>The name or address that the server's certificate must be for, and that the server is asked for (SNI). Default: the computer's.</summary>
    [Parameter(ParameterSetName = ComputerSet)]
    [ValidateNotNullOrEmpty]
    public string? TargetHost { get; set; }

    /// <summary>Files with the authorities that are trusted instead of the system's: PEM or DER, no wildcards.</summary>
    [Parameter(ParameterSetName = ComputerSet)]
    [ValidateNotNullOrEmpty]
    public string[]? TrustedCertificatePath { get; set; }

    /// <summary>The thumbprints of the certificates that the server may show: SHA-256, or SHA-1 as Windows shows it.</summary>
    [Parameter(ParameterSetName = ComputerSet)]
    [ValidateNotNullOrEmpty]
    public string[] PinnedThumbprint { get; set; } = [];

    /// <summary>What this side shows where the server asks for a certificate, with its private key.</summary>
    [Parameter(ParameterSetName = ComputerSet)]
    [ValidateNotNull]
    public X509Certificate2? ClientCertificate { get; set; }

    /// <summary>A file with what this side shows where the server asks for a certificate: PEM or PFX, no wildcards.</summary>
    [Parameter(ParameterSetName = ComputerSet)]
    [ValidateNotNullOrEmpty]
    public string? ClientCertificatePath { get; set; }

    /// <summary>The file with the private key of -ClientCertificatePath, where it is one of its own: PEM, no wildcards.</summary>
    [Parameter(ParameterSetName = ComputerSet)]
    [ValidateNotNullOrEmpty]
    public string? ClientKeyPath { get; set; }

    /// <summary>What the private key is encrypted with.</summary>
    [Parameter(ParameterSetName = ComputerSet)]
    [ValidateNotNull]
    public SecureString? ClientKeyPassword { get; set; }

    /// <summary>Takes whatever certificate the server shows.</summary>
    [Parameter(ParameterSetName = ComputerSet)]
    public SwitchParameter SkipCertificateCheck { get; set; }

    /// <summary>A secret that the server wants to see first.</summary>
    [Parameter(ParameterSetName = ComputerSet)]
    [ValidateNotNull]
    public SecureString? AccessToken { get; set; }

    /// <summary>Sends the access token also where no TLS protects it.</summary>
    [Parameter(ParameterSetName = ComputerSet)]
    public SwitchParameter AllowUnencryptedAuthentication { get; set; }

    private TlsClientOptions? GetTls()
    {
        if (!UseTls)
        {
            string? needsTls = Array.Find(s_tlsParameters, IsBound) ?? (SkipCertificateCheck ? nameof(SkipCertificateCheck) : null);
            if (needsTls is not null)
            {
                ThrowInvalidArgument("UseTlsMissing", $"-{needsTls} has a meaning with -UseTls only.", needsTls);
            }

            return null;
        }

        if (SkipCertificateCheck && (IsBound(nameof(PinnedThumbprint)) || IsBound(nameof(TrustedCertificatePath))))
        {
            ThrowInvalidArgument("CertificateCheckContradiction", TlsText.SkipContradiction);
        }

        if (SkipCertificateCheck)
        {
            WriteWarning(TlsText.SkipWarning);
        }

        CertificateArguments certificates = new(this, "Client");
        return new TlsClientOptions
        {
            TargetHost = TargetHost,
            Trust = new PeerTrust
            {
                Authorities = certificates.Authorities(TrustedCertificatePath),
                Thumbprints = certificates.Thumbprints(PinnedThumbprint),
                SkipCheck = SkipCertificateCheck,
            },
            Identity = certificates.Identity(ClientCertificate, ClientCertificatePath, ClientKeyPath, ClientKeyPassword),
        };
    }

    private void CheckAccessToken()
    {
        if (AccessToken is null && AllowUnencryptedAuthentication)
        {
            ThrowInvalidArgument("AllowUnencryptedAuthenticationNotUsed", "-AllowUnencryptedAuthentication has a meaning with -AccessToken only.");
        }

        if (AccessToken is not null && !UseTls && !AllowUnencryptedAuthentication)
        {
            ThrowInvalidArgument(
                "AccessTokenNeedsTls",
                "Without -UseTls everybody on the way can read the access token. Where that may be, as on this machine, say so with -AllowUnencryptedAuthentication.");
        }
    }
}
