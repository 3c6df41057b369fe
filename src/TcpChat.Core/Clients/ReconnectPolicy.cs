using TcpChat.Threading;

namespace TcpChat.Clients;

/// <summary>
/// How often a lost connection is made again, and how long is waited before: a random part ("full jitter") of a time that
/// doubles with each attempt up to a limit, so that many clients of a server that comes back do not come all at once.
/// </summary>
public sealed record ReconnectPolicy
{
    /// <summary>The attempts for each loss unless set.</summary>
    public const int DefaultLimit = 10;

    /// <summary>The longest wait before the first attempt unless set, in seconds.</summary>
    public const double DefaultDelaySec = 0.5;

    /// <summary>The longest wait before any attempt unless set, in seconds.</summary>
    public const double DefaultMaximumDelaySec = 30;

    /// <summary>The longest wait before the first attempt. More than zero.</summary>
    public TimeSpan Delay { get; init; } = TimeSpan.FromSeconds(DefaultDelaySec);

    /// <summary>The longest wait before any attempt. Not less than <see cref="Delay"/>.</summary>
    public TimeSpan MaximumDelay { get; init; } = TimeSpan.FromSeconds(DefaultMaximumDelaySec);

    /// <summary>How many attempts are made, one after the other in vain, before the session ends. At least one.</summary>
    public int Limit { get; init; } = DefaultLimit;

    /// <summary>The longest wait before an attempt, by its number from 1.</summary>
    internal TimeSpan LongestDelay(int attempt)
    {
        double ticks = Delay.Ticks * Math.Pow(2, attempt - 1);
        return ticks < MaximumDelay.Ticks ? TimeSpan.FromTicks((long)ticks) : MaximumDelay;
    }

    /// <exception cref="ArgumentOutOfRangeException">There is no attempt, no wait, or a longest wait shorter than the first.</exception>
    internal void ThrowIfInvalid()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Limit, 1);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(Delay, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaximumDelay, Delay);
        WaitTime.ThrowIfInvalid(MaximumDelay);
    }
}
