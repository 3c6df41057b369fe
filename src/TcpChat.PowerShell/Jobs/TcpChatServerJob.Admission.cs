using System.Security.Cryptography.X509Certificates;
using TcpChat.Errors;
using TcpChat.Handlers;
using TcpChat.Processes;
using TcpChat.Security;
using TcpChat.Servers;

namespace TcpChat.Jobs;

/// <content>What a connection has to pass before it is a session, and those that did not. Nothing secret is shown here.</content>
public sealed partial class TcpChatServerJob
{
    private readonly RejectionNotice _rejections;
    private ConnectScript? _connectScript;

    /// <summary>True where it speaks TLS, so that a server can be piped to Connect-TcpChat.</summary>
    public bool UseTls => _server.Options.Tls is not null;

    /// <summary>Whom its certificate is for, as a distinguished name; null without TLS.</summary>
    public string? CertificateSubject => Certificate?.Subject;

    /// <summary>The SHA-256 thumbprint of its certificate; null without TLS.</summary>
    public string? CertificateThumbprint => Certificate is { } certificate ? Thumbprint.Of(certificate) : null;

    /// <summary>Until when its certificate is valid, in local time; null without TLS.</summary>
    public DateTime? CertificateExpiresAt => Certificate?.NotAfter;

    /// <summary>True where clients must show a certificate.</summary>
    public bool RequireClientCertificate => _server.Options.Tls?.ClientTrust is not null;

    /// <summary>True where a client's first message must be the access token.</summary>
    public bool RequireAccessToken => _server.Options.AccessToken is not null;

    /// <summary>How long a connection may take to be admitted, in seconds.</summary>
    public double HandshakeTimeoutSec => _server.Options.HandshakeTimeout.TotalSeconds;

    /// <summary>How many connections wait to be admitted now.</summary>
    public int HandshakeCount => _handlers is ProcessHandlers processes ? processes.HandshakeCount : _server.HandshakeCount;

    /// <summary>Connections that were not admitted so far.</summary>
    public long RejectedCount => _server.RejectedCount;

    /// <summary>The last connections that were not admitted, oldest first, 100 at most.</summary>
    public RejectedConnection[] Rejections => [.. _server.Rejections];

    private X509Certificate2? Certificate => _server.Options.Tls?.Identity.Certificate;

    /// <summary>Serves connections that come from now on otherwise; no session is touched. Ends when none is accepted as before any more.</summary>
    /// <param name="change">Gives the new options.</param>
    /// <param name="cancellationToken">Ends the wait, not the change.</param>
    /// <exception cref="ChatException">
    /// <see cref="ChatErrorCode.TextNotEncodable"/> for the greeting, or <see cref="ChatErrorCode.CertificateNotExportable"/>;
    /// nothing has changed then.
    /// </exception>
    internal Task ChangeAsync(Func<ServerOptions, ServerOptions> change, CancellationToken cancellationToken)
    {
        if (_handlers is ProcessHandlers processes)
        {
            return processes.ChangeAsync(change, cancellationToken);
        }

        _server.Change(change);
        return Task.CompletedTask;
    }
}
