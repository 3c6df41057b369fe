using TcpChat.Sessions;

namespace TcpChat.Servers;

/// <summary>One session and the handler that answers it: the session ends with its handler, and the handler is told to stop from here.</summary>
#pragma warning disable CA1001 // Without a timer or a wait handle the source holds nothing, and Stop may come at any time.
internal sealed class SessionHandling(ChatSession session, SessionHandler handler)
#pragma warning restore CA1001
{
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when the handler has ended, and the session is over unless the handler was told to end. Never fails.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Tells the handler to end, or never to begin. Returns at once.</summary>
    public void Stop() => _ = _stop.CancelAsync();

    /// <summary>Runs the handler, and ends the session with it. Called once; never fails.</summary>
    public async Task RunAsync()
    {
        session.AwaitHandler();
        try
        {
            _stop.Token.ThrowIfCancellationRequested();
            await handler(session, _stop.Token).ConfigureAwait(false);
            await session.EndAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Told to: whoever did says why the session ends.
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            await session.FailAsync(e).ConfigureAwait(false);
        }
        finally
        {
            session.EndAnswers();
            _ended.TrySetResult();
        }
    }
}
