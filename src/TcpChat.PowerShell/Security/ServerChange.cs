using System.Management.Automation;
using System.Security;
using System.Security.Cryptography.X509Certificates;
using TcpChat.Servers;

namespace TcpChat.Security;

/// <summary>What is to change of a running server; null: nothing of that.</summary>
internal sealed record ServerChange
{
    /// <summary>What it shows.</summary>
    public CertificateIdentity? Identity { get; init; }

    /// <summary>Whether clients must show a certificate.</summary>
    public bool? RequireClientCertificate { get; init; }

    /// <summary>Whose certificates of clients are trusted; empty: any, of those that are allowed.</summary>
    public X509Certificate2Collection? Authorities { get; init; }

    /// <summary>Which certificates of clients are accepted; empty: any, of those authorities.</summary>
    public IReadOnlyList<Thumbprint>? Thumbprints { get; init; }

    /// <summary>What clients must send first.</summary>
    public SecureString? AccessToken { get; init; }

    /// <summary>What clients are greeted with.</summary>
    public string? Greeting { get; init; }

    /// <summary>How long a connection may take to be admitted.</summary>
    public TimeSpan? HandshakeTimeout { get; init; }

    /// <summary>How many may wait for it.</summary>
    public int? HandshakeLimit { get; init; }

    /// <summary>True where nothing changes.</summary>
    public bool IsEmpty => Names.Length == 0;

    private bool ChangesClients => RequireClientCertificate is not null || Authorities is not null || Thumbprints is not null;

    private string[] Names
    {
        get
        {
            (string Name, bool Changes)[] changes =
            [
                ("certificate", Identity is not null),
                ("client certificates", ChangesClients),
                ("access token", AccessToken is not null),
                ("greeting", Greeting is not null),
                ("handshake timeout", HandshakeTimeout is not null),
                ("handshake limit", HandshakeLimit is not null),
            ];
            return [.. changes.Where(static change => change.Changes).Select(static change => change.Name)];
        }
    }

    /// <summary>What changes, in words; no value, because some are secret.</summary>
    public override string ToString() => string.Join(", ", Names);

    /// <exception cref="ParameterException">The server cannot have that.</exception>
    public void ThrowIfUseless(ChatServer server)
    {
        ServerOptions options = server.Options;
        if (!server.IsListening)
        {
            throw new ParameterException("ServerStopped", "The server has stopped: no connection will come that it could treat otherwise.", ErrorCategory.InvalidOperation);
        }

        if (options.Tls is null && (Identity is not null || ChangesClients))
        {
            throw new ParameterException(
                "ServerWithoutTls",
                "The server was started without TLS, and its clients speak plain text: start another one with -CertificatePath, at another port.",
                ErrorCategory.InvalidOperation);
        }

        if ((HandshakeTimeout is not null || HandshakeLimit is not null) && options is { Tls: null, OnConnect: null, AccessToken: null } && AccessToken is null
            && options.Model != ServerModel.Process)
        {
            throw new ParameterException("HandshakeNotUsed", "The server has no TLS, no -OnConnect and no access token: its connections have nothing to wait for.", ErrorCategory.InvalidOperation);
        }

        if (HandshakeLimit is not null && options.Model != ServerModel.Concurrent)
        {
            throw new ParameterException("HandshakeLimitNotUsed", $"-HandshakeLimit has no meaning with -Model {options.Model}.");
        }
    }

    /// <summary>The options with the change.</summary>
    /// <exception cref="ParameterException">They make no sense with it.</exception>
    public ServerOptions Of(ServerOptions options) => options with
    {
        Tls = options.Tls is null ? null : options.Tls with { Identity = Identity ?? options.Tls.Identity, ClientTrust = TrustOf(options.Tls.ClientTrust) },
        AccessToken = AccessToken is null ? options.AccessToken : ServerSecurity.Token(AccessToken, options, allowUnencrypted: options.AccessToken is not null),
        Greeting = Greeting ?? options.Greeting,
        HandshakeTimeout = HandshakeTimeout ?? options.HandshakeTimeout,
        HandshakeLimit = HandshakeLimit ?? options.HandshakeLimit,
    };

    private PeerTrust? TrustOf(PeerTrust? trust)
    {
        if (RequireClientCertificate ?? trust is not null)
        {
            return ServerSecurity.Trust(Authorities ?? trust?.Authorities, Thumbprints ?? trust?.Thumbprints ?? []);
        }

        return Authorities is null && Thumbprints is null
            ? null
            : throw new ParameterException("TrustNotUsed", "-TrustedCertificatePath and -AllowedThumbprint need a server whose clients must show a certificate: -RequireClientCertificate.");
    }
}
