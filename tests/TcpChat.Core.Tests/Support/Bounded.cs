namespace TcpChat.Core.Tests.Support;

/// <summary>No test waits for ever.</summary>
internal static class Bounded
{
    private static readonly TimeSpan s_bound = TimeSpan.FromSeconds(20);

    public static Task Within(this Task task) => task.WaitAsync(s_bound, TestContext.Current.CancellationToken);

    public static Task<T> Within<T>(this Task<T> task) => task.WaitAsync(s_bound, TestContext.Current.CancellationToken);

    public static Task Within(this ValueTask task) => task.AsTask().Within();

    public static Task<T> Within<T>(this ValueTask<T> task) => task.AsTask().Within();

    /// <summary>Waits for what has no event of its own, such as a counter. Yields between looks, and never sleeps.</summary>
    public static async Task EventuallyAsync(Func<bool> condition)
    {
        using CancellationTokenSource bound = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        bound.CancelAfter(s_bound);
        while (!condition())
        {
            bound.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
