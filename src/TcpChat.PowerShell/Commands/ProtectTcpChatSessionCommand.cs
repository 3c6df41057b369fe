using System.Management.Automation;
using System.Security;
using System.Security.Cryptography.X509Certificates;
using TcpChat.Binding;
using TcpChat.Completion;
using TcpChat.Errors;
using TcpChat.Security;
using TcpChat.Sessions;

namespace TcpChat.Commands;

/// <summary>Has sessions that began in clear text go on in TLS.</summary>
[Cmdlet(VerbsSecurity.Protect, "TcpChatSession", DefaultParameterSetName = ClientSet)]
[OutputType(typeof(ChatSession))]
public sealed class ProtectTcpChatSessionCommand : ChatCommand
{
    private const string ClientSet = "Client";
    private const string ServerSet = "Server";
    private const string ServerPathSet = "ServerPath";

    private Deadline? _deadline;
    private TlsClientOptions? _client;
    private TlsServerOptions? _server;

    /// <summary>The sessions: objects, jobs, ids or names. A message stands for the session it came by.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SessionTransform]
    [ArgumentCompleter(typeof(SessionCompleter))]
    [AllowEmptyCollection]
    [ValidateNotNull]
    public ChatSession[] Session { get; set; } = [];

    /// <summary>Sent in clear text as the last message before, when nothing that comes is taken for clear text any more.</summary>
    [Parameter]
    [AllowEmptyString]
    public string? Message { get; set; }

    /// <summary>The name or address that the server's certificate must be for. Default: what was connected to.</summary>
    [Parameter(ParameterSetName = ClientSet)]
    [ValidateNotNullOrEmpty]
    public string? TargetHost { get; set; }

    /// <summary>The thumbprints of the certificates that the server may show: SHA-256, or SHA-1 as Windows shows it.</summary>
    [Parameter(ParameterSetName = ClientSet)]
    [ValidateNotNullOrEmpty]
    public string[]? PinnedThumbprint { get; set; }

    /// <summary>What this side shows where the server asks for a certificate, with its private key.</summary>
    [Parameter(ParameterSetName = ClientSet)]
    [ValidateNotNull]
    public X509Certificate2? ClientCertificate { get; set; }

    /// <summary>A file with what this side shows where the server asks for a certificate: PEM or PFX, no wildcards.</summary>
    [Parameter(ParameterSetName = ClientSet)]
    [ValidateNotNullOrEmpty]
    public string? ClientCertificatePath { get; set; }

    /// <summary>The file with the private key of -ClientCertificatePath, where it is one of its own: PEM, no wildcards.</summary>
    [Parameter(ParameterSetName = ClientSet)]
    [ValidateNotNullOrEmpty]
    public string? ClientKeyPath { get; set; }

    /// <summary>What the private key is encrypted with.</summary>
    [Parameter(ParameterSetName = ClientSet)]
    [ValidateNotNull]
    public SecureString? ClientKeyPassword { get; set; }

    /// <summary>Takes whatever certificate the server shows.</summary>
    [Parameter(ParameterSetName = ClientSet)]
    public SwitchParameter SkipCertificateCheck { get; set; }

    /// <summary>This side is the server, and this its certificate, with its private key.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ServerSet)]
    [ValidateNotNull]
    public X509Certificate2? Certificate { get; set; }

    /// <summary>This side is the server, and this the file with its certificate: PEM or PFX, no wildcards.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ServerPathSet, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string? CertificatePath { get; set; }

    /// <summary>The file with the private key of -CertificatePath, where it is one of its own: PEM, no wildcards.</summary>
    [Parameter(ParameterSetName = ServerPathSet, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string? KeyPath { get; set; }

    /// <summary>What the private key is encrypted with.</summary>
    [Parameter(ParameterSetName = ServerPathSet)]
    [ValidateNotNull]
    public SecureString? KeyPassword { get; set; }

    /// <summary>Goes on only with clients that show a certificate that is accepted.</summary>
    [Parameter(ParameterSetName = ServerSet)]
    [Parameter(ParameterSetName = ServerPathSet)]
    public SwitchParameter RequireClientCertificate { get; set; }

    /// <summary>The thumbprints of the certificates that clients may show: SHA-256, or SHA-1 as Windows shows it.</summary>
    [Parameter(ParameterSetName = ServerSet)]
    [Parameter(ParameterSetName = ServerPathSet)]
    [ValidateNotNullOrEmpty]
    public string[]? AllowedThumbprint { get; set; }

    /// <summary>Files with the authorities that are trusted: PEM or DER, no wildcards.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[]? TrustedCertificatePath { get; set; }

    /// <summary>How long it may take for all of them, in seconds.</summary>
    [Parameter]
    [ValidateRange(0, LongestTimeoutSec)]
    public double TimeoutSec { get; set; } = TlsServerOptions.DefaultHandshakeTimeoutSec;

    /// <summary>Gives the sessions.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        _deadline ??= StartDeadline(TimeoutSec);
        if (ParameterSetName == ClientSet)
        {
            _client ??= GetClientOptions();
        }
        else
        {
            _server ??= GetServerOptions();
        }

        foreach (ChatSession session in Session)
        {
            try
            {
                Protect(session, _deadline);
                WriteVerbose($"The session {session.Id} ({session.Name}) goes on in {session.Tls}.");
                if (PassThru)
                {
                    WriteObject(session);
                }
            }
            catch (ChatException e)
            {
                WriteError(e, session);
            }
            catch (InvalidOperationException e)
            {
                WriteError(new ErrorRecord(e, "SessionReconnects", ErrorCategory.InvalidOperation, session));
            }
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _deadline?.Dispose();
        base.Dispose(disposing);
    }

    private void Protect(ChatSession session, Deadline deadline)
    {
        if (TimeoutSec == 0)
        {
            // Before anything is begun that would end the session.
            throw Late(session);
        }

        try
        {
            Await(_server is not null
                ? session.ProtectAsServerAsync(_server, Message, deadline.Token)
                : session.ProtectAsClientAsync(_client!, HostOf(session), Message, deadline.Token));
        }
        catch (OperationCanceledException) when (deadline.HasPassed)
        {
            throw Late(session);
        }
    }

    private ChatException Late(ChatSession session) => new(
        ChatErrorCode.HandshakeTimeout,
        $"The session {session.Id} ({session.Name}) did not go over to TLS within {TimeoutSec:0.###} s{(session.State == ChatSessionState.Closed ? ", and is over" : string.Empty)}.");

    private string HostOf(ChatSession session)
    {
        if ((TargetHost ?? session.ConnectedTo) is { } host)
        {
            return host;
        }

        throw new ChatException(
            ChatErrorCode.CertificateNameMismatch,
            $"The session {session.Id} ({session.Name}) was accepted by a server of this module. As the server it needs a certificate: -CertificatePath or -Certificate. As the client of TLS it needs -TargetHost, the name that the peer's certificate must be for.");
    }

    private TlsClientOptions GetClientOptions()
    {
        if (SkipCertificateCheck && (PinnedThumbprint ?? TrustedCertificatePath) is not null)
        {
            ThrowInvalidArgument("CertificateCheckContradiction", TlsText.SkipContradiction);
        }

        if (SkipCertificateCheck)
        {
            WriteWarning(TlsText.SkipWarning);
        }

        CertificateArguments arguments = new(this, ClientSet);
        return new TlsClientOptions
        {
            TargetHost = TargetHost,
            Trust = new PeerTrust
            {
                Authorities = arguments.Authorities(TrustedCertificatePath),
                Thumbprints = arguments.Thumbprints(PinnedThumbprint),
                SkipCheck = SkipCertificateCheck,
            },
            Identity = arguments.Identity(ClientCertificate, ClientCertificatePath, ClientKeyPath, ClientKeyPassword),
        };
    }

    private TlsServerOptions GetServerOptions()
    {
        bool knowsClients = (TrustedCertificatePath ?? AllowedThumbprint) is not null;
        if (RequireClientCertificate && !knowsClients)
        {
            ThrowInvalidArgument("TrustMissing", "-RequireClientCertificate needs to know whom to trust: -TrustedCertificatePath or -AllowedThumbprint.");
        }

        if (!RequireClientCertificate && knowsClients)
        {
            ThrowInvalidArgument("RequireClientCertificateMissing", "-TrustedCertificatePath and -AllowedThumbprint say whose certificates are accepted of clients: they need -RequireClientCertificate.");
        }

        CertificateArguments arguments = new(this);
        return new TlsServerOptions
        {
            Identity = arguments.Identity(Certificate, CertificatePath, KeyPath, KeyPassword)!,
            ClientTrust = !RequireClientCertificate ? null : new PeerTrust
            {
                Authorities = arguments.Authorities(TrustedCertificatePath),
                Thumbprints = arguments.Thumbprints(AllowedThumbprint),
            },
        };
    }
}
