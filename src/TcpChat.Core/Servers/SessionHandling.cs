using TcpChat.Sessions;

namespace TcpChat.Servers;

/// <summary>One session and the handler that answers it: the session ends with its handler, and the handler is told to stop from here.</summary>
#pragma warning disable CA1001 // Without a timer or a wait handle the source holds nothing, and Stop may come at any time.
internal sealed class SessionHandling
#pragma warning restore CA1001
{
    private readonly ChatSession _session;
    private readonly CancellationTokenSource _stop = new();

    private readonly ISessionProcess? _process;

    private SessionHandling(ChatSession session, ISessionProcess? process = null)
    {
        _session = session;
        _process = process;
    }

    /// <summary>Ends when the handler has ended and the session is over. Never fails.</summary>
    public Task Ended { get; private set; } = Task.CompletedTask;

    /// <summary>Starts the handler.</summary>
    public static SessionHandling Start(ChatSession session, SessionHandler handler)
    {
        SessionHandling handling = new(session);
        handling.Ended = handling.RunAsync(handler);
        return handling;
    }

    /// <summary>The handler runs in another process; it has ended when that is gone.</summary>
    public static SessionHandling Of(ChatSession session, ISessionProcess process) => new(session, process) { Ended = process.Exited };

    /// <summary>Tells the handler to end. Returns at once.</summary>
    /// <param name="timeout">How long its session may take to send the rest, where another process holds it.</param>
    public void Stop(TimeSpan timeout)
    {
        _process?.RequestStop(timeout);
        _ = _stop.CancelAsync();
    }

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
