using TcpChat.Errors;
using TcpChat.Jobs;
using TcpChat.Sessions;

namespace TcpChat.Handlers;

/// <summary>The script that a server asks about each connection, with runspaces of its own, so that no handler holds it up.</summary>
internal sealed class ConnectScript(HandlerOptions options) : IDisposable
{
    private readonly HandlerPool _pool = new(options);

    /// <summary>Opens the first runspace; fails where the script could never run.</summary>
    public Task WarmAsync() => _pool.WarmAsync();

    /// <summary>Says whose connections these are. What the script writes to its streams goes to the server's job.</summary>
    public void Attach(TcpChatServerJob server) => _pool.Attach(server, _ => server.Record);

    /// <inheritdoc cref="HandlerPool.Attach(object, Func{ChatSession, Action{object}?})"/>
    public void Attach(object server, Action<object> record) => _pool.Attach(server, _ => record);

    /// <summary>True where the connection may stay.</summary>
    /// <exception cref="ChatException"><see cref="ChatErrorCode.TurnedAway"/>.</exception>
    public async Task<bool> AskAsync(ChatSession session, CancellationToken stop)
    {
        try
        {
            await _pool.HandleAsync(session, stop).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (e is not (ChatException or OperationCanceledException or OutOfMemoryException))
        {
            throw new ChatException(ChatErrorCode.TurnedAway, $"The script that admits connections could not run: {e.Message}", e);
        }
        finally
        {
            _pool.Forget(session);
        }
    }

    public void Dispose() => _pool.Dispose();
}
