using System.Net;
using TcpChat.Security;

namespace TcpChat.Processes;

/// <summary>A session that a process holds.</summary>
/// <param name="Remote">The peer's address and port.</param>
/// <param name="Local">This side's address and port.</param>
/// <param name="Tls">What is known of the TLS under it.</param>
internal sealed record AcceptedFacts(string Remote, string Local, TlsFacts? Tls) : IFacts<AcceptedFacts>
{
    public static AcceptedFacts Read(BinaryReader reader) =>
        new(reader.ReadString(), reader.ReadString(), reader.ReadBoolean() ? TlsSessionFacts.Read(reader).Tls : null);

    public void Write(BinaryWriter writer)
    {
        writer.Write(Remote);
        writer.Write(Local);
        writer.Write(Tls is not null);
        if (Tls is not null)
        {
            new TlsSessionFacts(Tls).Write(writer);
        }
    }

    public static EndPoint? ToEndPoint(string text) => IPEndPoint.TryParse(text, out IPEndPoint? endPoint) ? endPoint : null;
}
