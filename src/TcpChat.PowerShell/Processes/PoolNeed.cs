namespace TcpChat.Processes;

/// <summary>How many processes a pool should start now.</summary>
internal static class PoolNeed
{
    /// <summary>
    /// As many as there are spares to keep and connections that wait, less those that wait for one or are on their way to
    /// it; never more than the limit leaves room for.
    /// </summary>
    /// <param name="limit">How many there may be in all.</param>
    /// <param name="spares">How many are kept waiting for connections.</param>
    /// <param name="alive">How many there are in all, those that are ending included.</param>
    /// <param name="starting">How many of them get ready.</param>
    /// <param name="ready">How many of them wait for a connection.</param>
    /// <param name="waiting">How many connections wait; null where there are some and nobody knows how many.</param>
    public static int Of(int limit, int spares, int alive, int starting, int ready, int? waiting)
    {
        // Where their number is not known it may be one, and the next look, when a process has taken it, tells whether it was.
        int connections = waiting ?? 1;
        return Math.Clamp(spares + connections - starting - ready, 0, Math.Max(0, limit - alive));
    }
}
