using System.Runtime.CompilerServices;

namespace TcpChat.Threading;

/// <summary>How long a wait can be: from none at all to some 49 days, as far as the framework's timers go, or without end (-1 ms).</summary>
internal static class WaitTime
{
    private static readonly TimeSpan s_longest = TimeSpan.FromMilliseconds(uint.MaxValue - 1);

    /// <exception cref="ArgumentOutOfRangeException">No wait can be that long.</exception>
    public static void ThrowIfInvalid(TimeSpan time, [CallerArgumentExpression(nameof(time))] string? name = null)
    {
        if (time != Timeout.InfiniteTimeSpan && (time < TimeSpan.Zero || time > s_longest))
        {
            throw new ArgumentOutOfRangeException(name, time, $"A time to wait is 0 to {s_longest.TotalSeconds:0} s, or -1 ms for no end.");
        }
    }
}
