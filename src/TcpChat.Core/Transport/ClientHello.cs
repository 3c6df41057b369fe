namespace TcpChat.Transport;

/// <summary>Knows how TLS begins.</summary>
internal static class ClientHello
{
    private const byte Handshake = 22;
    private const byte MajorVersion = 3;
    private const byte LargestMinorVersion = 4;

    /// <summary>True where a stream begins with the header of a record of a TLS handshake (RFC 8446, 5.1).</summary>
    public static bool Begins(ReadOnlySpan<byte> stream) => stream is [Handshake, MajorVersion, <= LargestMinorVersion, ..];
}
