using System.Buffers;
using System.Net.Sockets;

namespace TcpChat.Transport;

/// <summary>Gives up a connection that never became a session.</summary>
internal static class TransportEnd
{
    /// <summary>How long the peer may take to close too.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    /// <summary>What the peer may still send meanwhile, in bytes.</summary>
    private const int LongestRest = 64 * 1024;

    /// <summary>
    /// Closes so that the peer still gets what was sent to it last, such as an alert: reads what it sends, for a moment,
    /// because the system resets a connection that is closed with something unread. Ends within two seconds, and never fails.
    /// </summary>
    public static async Task EndAsync(this ITransport transport)
    {
        try
        {
            using CancellationTokenSource deadline = new(s_patience);
            await transport.ShutdownSendAsync(deadline.Token).ConfigureAwait(false);
            await ReadRestAsync(transport).WaitAsync(s_patience).ConfigureAwait(false);
            transport.Dispose();
        }
        catch (Exception e) when (e is OperationCanceledException or TimeoutException or IOException or SocketException or ObjectDisposedException)
        {
            transport.Abort();
        }
    }

    private static async Task ReadRestAsync(ITransport transport)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(4096);
        try
        {
            int read;
            int total = 0;
            do
            {
                read = await transport.ReceiveAsync(buffer).ConfigureAwait(false);
                total += read;
            }
            while (read > 0 && total < LongestRest);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
