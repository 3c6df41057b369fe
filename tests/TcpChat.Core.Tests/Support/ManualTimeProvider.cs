using TcpChat.Threading;

namespace TcpChat.Core.Tests.Support;

/// <summary>A clock that stands still until it is told to go on.</summary>
internal sealed class ManualTimeProvider : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<ManualTimer> _timers = [];
    private readonly Pulse _changed = new();
    private DateTimeOffset _now = new(2026, 11, 1, 12, 0, 0, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>How long until each timer that is set, soonest first.</summary>
    public TimeSpan[] Due
    {
        get
        {
            lock (_gate)
            {
                return [.. _timers.Where(t => t.At is not null).Select(t => t.At!.Value - _now).Order()];
            }
        }
    }

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
        {
            return _now;
        }
    }

    public override long GetTimestamp() => GetUtcNow().Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ManualTimer timer = new(this, () => callback(state));
        lock (_gate)
        {
            _timers.Add(timer);
        }

        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Waits until some timer is due after exactly that time.</summary>
    public Task WaitForTimerAsync(TimeSpan due) =>
        _changed.WaitUntilAsync(() => Due.Contains(due), CancellationToken.None).Within();

    /// <summary>Goes on by that much, and runs the timers that come due, in their order.</summary>
    public void Advance(TimeSpan by)
    {
        DateTimeOffset end = GetUtcNow() + by;
        while (TakeNext(end) is { } timer)
        {
            timer.Run();
        }

        _changed.Fire();
    }

    private ManualTimer? TakeNext(DateTimeOffset end)
    {
        lock (_gate)
        {
            ManualTimer? next = _timers.Where(t => t.At <= end).MinBy(t => t.At);
            _now = next?.At is { } at && at > _now ? at : next is null ? end : _now;
            next?.At = null;
            return next;
        }
    }

    private sealed class ManualTimer(ManualTimeProvider owner, Action run) : ITimer
    {
        public DateTimeOffset? At { get; set; }

        public Action Run => run;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Assert.True(period == Timeout.InfiniteTimeSpan || period == TimeSpan.Zero, "Timers that repeat are not supported.");
            lock (owner._gate)
            {
                At = dueTime == Timeout.InfiniteTimeSpan ? null : owner._now + dueTime;
            }

            owner._changed.Fire();
            if (dueTime == TimeSpan.Zero)
            {
                owner.Advance(TimeSpan.Zero);
            }

            return true;
        }

        public void Dispose()
        {
            lock (owner._gate)
            {
                At = null;
                owner._timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
