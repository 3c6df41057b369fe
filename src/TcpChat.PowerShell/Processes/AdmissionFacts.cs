using System.Security.Cryptography.X509Certificates;
using TcpChat.Security;
using TcpChat.Servers;

namespace TcpChat.Processes;

/// <summary>
/// What a connection has to pass before it is a session, on its way to a process that accepts. There are secrets in it: it
/// goes through the pipe between the two and nowhere else, and is shown nowhere.
/// </summary>
internal sealed class AdmissionFacts : IFacts<AdmissionFacts>
{
    private byte[] _identity = [];
    private byte[] _token = [];
    private byte[][] _authorities = [];
    private string[] _thumbprints = [];
    private bool _requiresCertificate;
    private bool _hasAuthorities;
    private TimeSpan _timeout;

    /// <exception cref="Errors.ChatException"><see cref="Errors.ChatErrorCode.CertificateNotExportable"/>.</exception>
    public static AdmissionFacts Of(ServerOptions options) => new()
    {
        _identity = options.Tls is null ? [] : IdentityTransfer.ToBytes(options.Tls.Identity),
        _token = options.AccessToken?.ToBytes() ?? [],
        _requiresCertificate = options.Tls?.ClientTrust is not null,
        _hasAuthorities = options.Tls?.ClientTrust?.Authorities is not null,
        _authorities = [.. (options.Tls?.ClientTrust?.Authorities ?? []).Select(static authority => authority.RawData)],
        _thumbprints = [.. (options.Tls?.ClientTrust?.Thumbprints ?? []).Select(static thumbprint => thumbprint.ToString())],
        _timeout = options.HandshakeTimeout,
    };

    public static AdmissionFacts Read(BinaryReader reader) => new()
    {
        _identity = Facts.ReadBytes(reader),
        _token = Facts.ReadBytes(reader),
        _requiresCertificate = reader.ReadBoolean(),
        _hasAuthorities = reader.ReadBoolean(),
        _authorities = [.. Enumerable.Range(0, reader.ReadInt32()).Select(_ => Facts.ReadBytes(reader))],
        _thumbprints = [.. Enumerable.Range(0, reader.ReadInt32()).Select(_ => reader.ReadString())],
        _timeout = reader.ReadTime(),
    };

    public void Write(BinaryWriter writer)
    {
        writer.WriteBytes(_identity);
        writer.WriteBytes(_token);
        writer.Write(_requiresCertificate);
        writer.Write(_hasAuthorities);
        writer.Write(_authorities.Length);
        Array.ForEach(_authorities, writer.WriteBytes);
        writer.Write(_thumbprints.Length);
        Array.ForEach(_thumbprints, writer.Write);
        writer.WriteTime(_timeout);
    }

    /// <summary>The options with what there is to pass.</summary>
    public ServerOptions AddTo(ServerOptions options) => options with
    {
        Tls = _identity.Length == 0 ? null : new TlsServerOptions { Identity = IdentityTransfer.FromBytes(_identity), ClientTrust = Trust() },
        AccessToken = _token.Length == 0 ? null : new AccessToken(_token),
        HandshakeTimeout = _timeout,
    };

    private PeerTrust? Trust() => !_requiresCertificate ? null : new PeerTrust
    {
        Authorities = _hasAuthorities ? [.. _authorities.Select(static authority => X509CertificateLoader.LoadCertificate(authority))] : null,
        Thumbprints = [.. _thumbprints.Select(Thumbprint.Parse)],
    };
}
