using System.ComponentModel;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using TcpChat.Errors;
using TcpChat.Security;

namespace TcpChat.Transport;

/// <summary>Begins TLS over a connection, from either end. One that has failed is of no use any more; the caller closes it.</summary>
internal sealed class TlsHandshake
{
    private readonly ITransport _transport;
    private readonly PeerTrust? _trust;
    private readonly PeerRole _peer;
    private readonly string? _host;
    private ChatException? _verdict;
    private X509Certificate2? _refused;

    private TlsHandshake(ITransport transport, PeerTrust? trust, PeerRole peer, string? host)
    {
        _transport = transport;
        _trust = trust;
        _peer = peer;
        _host = host;
    }

    /// <summary>TLS 1.2 (RFC 5246) and 1.3 (RFC 8446); what is older is not to be used (RFC 8996).</summary>
    private static SslProtocols Protocols => SslProtocols.Tls12 | SslProtocols.Tls13;

    /// <summary>From the side that connects.</summary>
    /// <param name="transport">The connection.</param>
    /// <param name="options">How.</param>
    /// <param name="computerName">What was connected to, where the options name no other.</param>
    /// <param name="cancellationToken">Ends the wait; the caller cuts the connection then.</param>
    /// <param name="first">As <see cref="TransportStream"/> has it.</param>
    /// <exception cref="ChatException">
    /// <see cref="ChatErrorCode.HandshakeFailed"/>, <see cref="ChatErrorCode.TlsAlert"/>, or one about the certificate.
    /// </exception>
    /// <exception cref="SocketException">The connection failed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    public static Task<ITransport> ConnectAsync(
        ITransport transport, TlsClientOptions options, string computerName, CancellationToken cancellationToken, Task<byte[]?>? first = null)
    {
        string host = options.TargetHost ?? computerName;
        TlsHandshake handshake = new(transport, options.Trust, PeerRole.Server, host);
        SslClientAuthenticationOptions tls = new()
        {
            TargetHost = host,
            EnabledSslProtocols = Protocols,
            AllowRenegotiation = false,
            ClientCertificateContext = options.Identity?.Context,
            CertificateChainPolicy = CertificateCheck.PolicyFor(options.Trust),
            RemoteCertificateValidationCallback = handshake.Check,
        };
        return handshake.RunAsync((stream, stop) => stream.AuthenticateAsClientAsync(tls, stop), first, cancellationToken);
    }

    /// <summary>From the side that was connected to.</summary>
    /// <inheritdoc cref="ConnectAsync"/>
    public static Task<ITransport> AcceptAsync(
        ITransport transport, TlsServerOptions options, CancellationToken cancellationToken, Task<byte[]?>? first = null)
    {
        TlsHandshake handshake = new(transport, options.ClientTrust, PeerRole.Client, null);
        SslServerAuthenticationOptions tls = new()
        {
            ServerCertificateContext = options.Identity.Context,
            EnabledSslProtocols = Protocols,
            AllowRenegotiation = false,
            ClientCertificateRequired = options.ClientTrust is not null,
            CertificateChainPolicy = options.ClientTrust is null ? null : CertificateCheck.PolicyFor(options.ClientTrust),
            RemoteCertificateValidationCallback = handshake.Check,
        };
        return handshake.RunAsync((stream, stop) => stream.AuthenticateAsServerAsync(tls, stop), first, cancellationToken);
    }

    private async Task<ITransport> RunAsync(
        Func<SslStream, CancellationToken, Task> authenticate, Task<byte[]?>? first, CancellationToken cancellationToken)
    {
        TransportStream wire = new(_transport, first);
        SslStream stream = new(wire, leaveInnerStreamOpen: true);
        try
        {
            Task authenticating = authenticate(stream, cancellationToken);

            // The transport's own calls take no token; what they wait for ends when the connection is closed.
            await authenticating.WaitAsync(cancellationToken).ConfigureAwait(false);
            await wire.FlushPendingAsync().ConfigureAwait(false);
            return new TlsTransport(_transport, wire, stream, Describe(stream));
        }
        catch (Exception e)
        {
            stream.Dispose();
            if (e is AuthenticationException or IOException or Win32Exception or CryptographicException && e is not SocketException)
            {
                throw Explain(e, wire.HasEnded);
            }

            throw;
        }
    }

    private bool Check(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        _verdict = _trust is null ? null : CertificateCheck.Examine(certificate as X509Certificate2, chain, errors, _trust, _peer, _host);
        _refused = _verdict is null ? null : Copy(certificate);
        return _verdict is null;
    }

    /// <summary>A copy: the stream's own goes with it.</summary>
    private static X509Certificate2? Copy(X509Certificate? certificate) =>
        certificate is null ? null : X509CertificateLoader.LoadCertificate(certificate.GetRawCertData());

    private TlsFacts Describe(SslStream stream)
    {
        X509Certificate2? peer = Copy(stream.RemoteCertificate);
        return new TlsFacts
        {
            Protocol = stream.SslProtocol,
            CipherSuite = stream.NegotiatedCipherSuite,
            ServerName = stream.TargetHostName is { Length: > 0 } name ? name : null,
            PeerCertificate = peer,
            IsPeerVerified = peer is not null && _trust is { SkipCheck: false },
        };
    }

    private Exception Explain(Exception exception, bool hasEnded)
    {
        if (_verdict is not null)
        {
            return new ChatException(_verdict.Code, _verdict.Message, exception) { PeerCertificate = _refused };
        }

        if (exception.InnerException is SocketException or ObjectDisposedException)
        {
            return exception.InnerException;
        }

        if (TlsAlert.Of(exception) is { } alert)
        {
            return new ChatException(ChatErrorCode.TlsAlert, $"The peer refused TLS: {alert}.", exception);
        }

        string peer = _peer == PeerRole.Server ? "server" : "client";
        return hasEnded
            ? new ChatException(ChatErrorCode.HandshakeFailed, $"The {peer} closed the connection during the TLS handshake; perhaps it does not speak TLS there.", exception)
            : new ChatException(ChatErrorCode.HandshakeFailed, $"The TLS handshake failed: {Words(exception)}", exception);
    }

    private string Words(Exception exception)
    {
        string text = (exception.InnerException ?? exception).Message;
        return text.Contains("corrupted frame", StringComparison.Ordinal) || text.Contains("wrong version number", StringComparison.Ordinal)
            ? $"what the {(_peer == PeerRole.Server ? "server" : "client")} sent is no TLS; perhaps it speaks plain text there."
            : text;
    }
}
