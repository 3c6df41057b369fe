using TcpChat.Threading;

namespace TcpChat.Core.Tests.Threading;

public sealed class PulseTests
{
    [Fact]
    public async Task It_wakes_all_who_wait()
    {
        Pulse pulse = new();
        Task first = pulse.Next;
        Task second = pulse.Next;

        pulse.Fire();

        await Task.WhenAll(first, second).Within();
    }

    [Fact]
    public void It_wakes_nobody_who_comes_later()
    {
        Pulse pulse = new();
        pulse.Fire();

        Assert.False(pulse.Next.IsCompleted);
    }

    [Fact]
    public async Task A_condition_that_holds_is_not_waited_for()
    {
        using CancellationTokenSource cancelled = new();
        await cancelled.CancelAsync();

        await new Pulse().WaitUntilAsync(() => true, cancelled.Token).Within();
    }

    [Fact]
    public async Task Waiting_ends_on_cancellation()
    {
        using CancellationTokenSource cancel = new();
        Task wait = new Pulse().WaitUntilAsync(() => false, cancel.Token);

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait.Within());
    }

    [Fact]
    public async Task No_change_is_missed()
    {
        Pulse pulse = new();
        int value = 0;
        Task[] waiters = [.. Enumerable.Range(1, 2000).Select(
            i => pulse.WaitUntilAsync(() => Volatile.Read(ref value) >= i, CancellationToken.None))];

        Task[] firing = [.. Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (int i = 0; i < 500; i++)
            {
                Interlocked.Increment(ref value);
                pulse.Fire();
            }
        }))];

        await Task.WhenAll([.. waiters, .. firing]).Within();
    }
}
