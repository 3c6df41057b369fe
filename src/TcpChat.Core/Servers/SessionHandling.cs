using TcpChat.Sessions;

namespace TcpChat.Servers;

/// <summary>One session and the handler that answers it: the session ends with its handler, and the handler is told to stop from here.</summary>
#pragma warning disable CA1001 // Without a timer or a wait handle the source holds nothing, and Stop may come at any time.
internal sealed class SessionHandling
#pragma warning restore CA1001
{
    private readonly ChatSession _session;
    private readonly CancellationTokenSource _stop = new();

    private SessionHandling(ChatSession session) => _session = session;

    /// <summary>Ends when the handler has ended and the session is over. Never fails.</summary>
    public Task Ended { get; private set; } = Task.CompletedTask;

    /// <summary>Starts the handler.</summary>
    public static SessionHandling Start(ChatSession session, SessionHandler handler)
    {
        SessionHandling handling = new(session);
        handling.Ended = handling.RunAsync(handler);
        return handling;
    }

    /// <summary>Tells the handler to end. Returns at once.</summary>
    public void Stop() => _ = _stop.CancelAsync();

    private async Task RunAsync(SessionHandler handler)
    {
        try
        {
            await handler(_session, _stop.Token).ConfigureAwait(false);
            await _session.CloseAsync(_session.Options.DrainTimeout).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Told to: whoever did says why the session ends.
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            await _session.FailAsync(e).ConfigureAwait(false);
        }
        finally
        {
            _session.EndAnswers();
        }
    }
}
