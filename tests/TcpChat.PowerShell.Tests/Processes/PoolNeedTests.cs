using TcpChat.Processes;

namespace TcpChat.PowerShell.Tests.Processes;

/// <summary>How many processes are started at once.</summary>
public sealed class PoolNeedTests
{
    [Theory]
    [InlineData(0, 0, 0, 0, 1)] // Nothing yet: the spare.
    [InlineData(1, 1, 0, 0, 0)] // It gets ready.
    [InlineData(1, 0, 1, 0, 0)] // It waits.
    [InlineData(1, 0, 0, 0, 1)] // It serves: another.
    [InlineData(1, 0, 0, 3, 4)] // It serves, and three connections wait: together.
    [InlineData(4, 3, 0, 3, 1)] // Three are on their way to them.
    [InlineData(7, 0, 0, 5, 1)] // No more than the limit.
    [InlineData(8, 0, 0, 5, 0)]
    [InlineData(9, 0, 0, 5, 0)]
    public void Spares_and_waiting_connections_get_processes_up_to_the_limit(int alive, int starting, int ready, int waiting, int need) =>
        Assert.Equal(need, PoolNeed.Of(limit: 8, spares: 1, alive, starting, ready, waiting));

    [Fact]
    public void Without_spares_a_process_is_started_when_a_connection_waits()
    {
        Assert.Equal(0, PoolNeed.Of(limit: 8, spares: 0, alive: 0, starting: 0, ready: 0, waiting: 0));
        Assert.Equal(1, PoolNeed.Of(limit: 8, spares: 0, alive: 0, starting: 0, ready: 0, waiting: 1));
    }

    [Fact]
    public void Where_nobody_knows_how_many_wait_it_may_be_one()
    {
        Assert.Equal(2, PoolNeed.Of(limit: 8, spares: 1, alive: 1, starting: 0, ready: 0, waiting: null));
        Assert.Equal(0, PoolNeed.Of(limit: 8, spares: 1, alive: 3, starting: 2, ready: 0, waiting: null));
    }

    [Fact]
    public void Pauses_grow_to_a_limit_and_begin_anew_after_a_success()
    {
        GrowingPause pause = new(TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(1));
        Assert.Equal([250, 500, 1000, 1000], Enumerable.Range(0, 4).Select(_ => pause.Next().TotalMilliseconds));
        pause.Reset();
        Assert.Equal(250, pause.Next().TotalMilliseconds);
    }
}
