using System.Management.Automation;
using System.Security;
using System.Security.Cryptography.X509Certificates;
using TcpChat.Binding;
using TcpChat.Completion;
using TcpChat.Errors;
using TcpChat.Jobs;
using TcpChat.Security;

namespace TcpChat.Commands;

/// <summary>Changes how servers treat connections that come from now on; no session is touched.</summary>
[Cmdlet(VerbsCommon.Set, "TcpChatServer", SupportsShouldProcess = true)]
[OutputType(typeof(TcpChatServerJob))]
public sealed class SetTcpChatServerCommand : ChatCommand
{
    /// <summary>The servers: jobs, ids or names.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ServerTransform]
    [ArgumentCompleter(typeof(ServerCompleter))]
    [AllowEmptyCollection]
    [ValidateNotNull]
    public TcpChatServerJob[] Server { get; set; } = [];

    /// <summary>The new certificate, with its private key.</summary>
    [Parameter]
    [ValidateNotNull]
    public X509Certificate2? Certificate { get; set; }

    /// <summary>The file of the new certificate, PEM, DER or PFX.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? CertificatePath { get; set; }

    /// <summary>The file of its private key, PEM. Default: the file of the certificate.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? KeyPath { get; set; }

    /// <summary>What the private key or the PFX file is encrypted with.</summary>
    [Parameter]
    [ValidateNotNull]
    public SecureString? KeyPassword { get; set; }

    /// <summary>Whether clients must show a certificate.</summary>
    [Parameter]
    public SwitchParameter RequireClientCertificate { get; set; }

    /// <summary>Files of the authorities whose client certificates are trusted, instead of those so far. None: any, of those that are allowed.</summary>
    [Parameter]
    [AllowEmptyCollection]
    public string[]? TrustedCertificatePath { get; set; }

    /// <summary>The thumbprints of the client certificates that are accepted, instead of those so far. None: any, of those authorities.</summary>
    [Parameter]
    [AllowEmptyCollection]
    public string[]? AllowedThumbprint { get; set; }

    /// <summary>The secret that clients must send as their first message, instead of the one so far.</summary>
    [Parameter]
    [ValidateNotNull]
    public SecureString? AccessToken { get; set; }

    /// <summary>A message sent to each client when it connects.</summary>
    [Parameter]
    [AllowEmptyString]
    public string? Greeting { get; set; }

    /// <summary>How long a connection may take to be admitted, in seconds.</summary>
    [Parameter]
    [ValidateRange(0.001, LongestTimeoutSec)]
    public double HandshakeTimeoutSec { get; set; }

    /// <summary>How many connections may wait to be admitted; with one more, the oldest is cut.</summary>
    [Parameter]
    [ValidateRange(1, 1_000_000)]
    public int HandshakeLimit { get; set; }

    /// <summary>Gives the servers' jobs.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private ServerChange _change = null!;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        // Before any server is touched: where a file cannot be used, none is changed.
        CertificateArguments arguments = new(this);
        bool Has(string name) => MyInvocation.BoundParameters.ContainsKey(name);
        _change = new ServerChange
        {
            Identity = arguments.Identity(Certificate, CertificatePath, KeyPath, KeyPassword),
            RequireClientCertificate = Has(nameof(RequireClientCertificate)) ? RequireClientCertificate.ToBool() : null,
            Authorities = arguments.Authorities(TrustedCertificatePath),
            Thumbprints = AllowedThumbprint is null ? null : arguments.Thumbprints(AllowedThumbprint),
            AccessToken = AccessToken,
            Greeting = Greeting,
            HandshakeTimeout = Has(nameof(HandshakeTimeoutSec)) ? TimeSpan.FromSeconds(HandshakeTimeoutSec) : null,
            HandshakeLimit = Has(nameof(HandshakeLimit)) ? HandshakeLimit : null,
        };
        if (_change.IsEmpty)
        {
            ThrowInvalidArgument("NothingToChange", "Say what is to change: -CertificatePath, -Greeting, -AccessToken, or another parameter.");
        }
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (TcpChatServerJob job in Server)
        {
            if (!ShouldProcess($"{job.Name} ({job.Location}, {job.SessionCount} sessions)", $"Change {_change}"))
            {
                continue;
            }

            try
            {
                _change.ThrowIfUseless(job.Server);
                Await(job.ChangeAsync(_change.Of, StopToken));
                if (PassThru)
                {
                    WriteObject(job);
                }
            }
            catch (ChatException e)
            {
                WriteError(e, job);
            }
            catch (ParameterException e)
            {
                WriteError(new ErrorRecord(e, e.Id, e.Category, job));
            }
        }
    }
}
