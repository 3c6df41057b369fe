using System.Net;

namespace TcpChat.Processes;

/// <summary>A connection that a process has accepted.</summary>
/// <param name="Remote">The peer's address and port.</param>
/// <param name="Local">This side's address and port.</param>
internal sealed record AcceptedFacts(string Remote, string Local) : IFacts<AcceptedFacts>
{
    public static AcceptedFacts Read(BinaryReader reader) => new(reader.ReadString(), reader.ReadString());

    public void Write(BinaryWriter writer)
    {
        writer.Write(Remote);
        writer.Write(Local);
    }

    public static EndPoint? ToEndPoint(string text) => IPEndPoint.TryParse(text, out IPEndPoint? endPoint) ? endPoint : null;
}
