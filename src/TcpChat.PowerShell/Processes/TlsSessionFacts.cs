using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using TcpChat.Security;

namespace TcpChat.Processes;

/// <summary>What is known of the TLS under a session, on its way to the server.</summary>
internal sealed record TlsSessionFacts(TlsFacts Tls) : IFacts<TlsSessionFacts>
{
    public static TlsSessionFacts Read(BinaryReader reader) => new(new TlsFacts
    {
        Protocol = (SslProtocols)reader.ReadInt32(),
        CipherSuite = (TlsCipherSuite)reader.ReadUInt16(),
        ServerName = reader.ReadOptional(),
        PeerCertificate = Facts.ReadBytes(reader) is { Length: > 0 } certificate ? X509CertificateLoader.LoadCertificate(certificate) : null,
        IsPeerVerified = reader.ReadBoolean(),
    });

    public void Write(BinaryWriter writer)
    {
        writer.Write((int)Tls.Protocol);
        writer.Write((ushort)Tls.CipherSuite);
        writer.WriteOptional(Tls.ServerName);
        writer.WriteBytes(Tls.PeerCertificate?.RawData ?? []);
        writer.Write(Tls.IsPeerVerified);
    }
}
