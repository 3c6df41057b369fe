using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace TcpChat.Servers;

/// <summary>The two queues that Linux keeps for a listening socket: connections not accepted yet, and handshakes not completed.</summary>
internal static class KernelQueues
{
    private const int IpProtoTcp = 6;
    private const int TcpInfo = 11;

    // linux/tcp.h: struct tcp_info begins with 8 single bytes and the u32 fields rto, ato, snd_mss, rcv_mss, unacked. Of a
    // listening socket, net/ipv4/tcp.c (tcp_get_info) gives the length of the accept queue in tcpi_unacked.
    private const int UnackedOffset = 8 + (4 * sizeof(uint));
    private const string SynReceived = "03";

    /// <summary>Connections that are complete and wait to be accepted; null where the system cannot say.</summary>
    public static int? AcceptQueueLength(Socket listener)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        try
        {
            Span<byte> info = stackalloc byte[UnackedOffset + sizeof(uint)];
            return listener.GetRawSocketOption(IpProtoTcp, TcpInfo, info) == info.Length
                ? BitConverter.ToInt32(info[UnackedOffset..])
                : null;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return null;
        }
    }

    /// <summary>Handshakes with a listener that are not completed; null where the system cannot say.</summary>
    public static int? SynQueueLength(IPEndPoint listener)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        try
        {
            // A handshake is listed with its listener's family, so that a dual-stack listener has IPv4 peers in tcp6 too.
            return CountHandshakes(
                File.ReadLines(listener.AddressFamily == AddressFamily.InterNetworkV6 ? "/proc/net/tcp6" : "/proc/net/tcp"),
                listener);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Counts the lines of a table of connections that are handshakes with the listener.</summary>
    internal static int CountHandshakes(IEnumerable<string> table, IPEndPoint listener)
    {
        string port = string.Create(CultureInfo.InvariantCulture, $":{listener.Port:X4}");
        bool anyAddress = listener.Address.Equals(IPAddress.Any) || listener.Address.Equals(IPAddress.IPv6Any);
        string endPoint = anyAddress ? port : Words(listener.Address) + port;
        return table.Count(line => IsHandshake(line, endPoint));
    }

    /// <summary>Looks at one line: number, local and remote address and port, state, and more, with spaces between.</summary>
    private static bool IsHandshake(ReadOnlySpan<char> line, ReadOnlySpan<char> endPoint)
    {
        // The last range is what is left of the line.
        Span<Range> fields = stackalloc Range[5];
        if (line.Split(fields, ' ', StringSplitOptions.RemoveEmptyEntries) < 4 || !line[fields[3]].SequenceEqual(SynReceived))
        {
            return false;
        }

        ReadOnlySpan<char> local = line[fields[1]];
        return endPoint[0] == ':' ? local.EndsWith(endPoint, StringComparison.Ordinal) : local.SequenceEqual(endPoint);
    }

    /// <summary>An address as the tables have it: words of 32 bits, each read as this machine reads numbers.</summary>
    private static string Words(IPAddress address) =>
        string.Concat(MemoryMarshal.Cast<byte, uint>(address.GetAddressBytes()).ToArray().Select(
            static word => word.ToString("X8", CultureInfo.InvariantCulture)));
}
