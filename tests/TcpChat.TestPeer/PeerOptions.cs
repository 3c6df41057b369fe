using System.Net;

namespace TcpChat.TestPeer;

/// <summary>Where a peer listens and whom it tells what happens.</summary>
public sealed record PeerOptions
{
    /// <summary>The address a listening peer binds to; <see cref="IPAddress.IPv6Loopback"/> for <c>::1</c>.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>The port a listening peer binds to; 0: the system chooses.</summary>
    public int Port { get; init; }

    /// <summary>Gets a line for each event, such as <c>received 1 12</c>. Called from socket threads.</summary>
    public Action<string>? Trace { get; init; }
}
