using System.Net;

namespace TcpChat.Processes;

/// <summary>A connection that a process has accepted.</summary>
/// <param name="Remote">The peer's address and port.</param>
/// <param name="Local">This side's address and port.</param>
internal sealed record AcceptedFacts(string Remote, string Local)
{
    public static EndPoint? Read(string text) => IPEndPoint.TryParse(text, out IPEndPoint? endPoint) ? endPoint : null;
}
