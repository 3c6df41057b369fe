using System.Collections.Concurrent;
using TcpChat.Errors;
using TcpChat.Handlers;
using TcpChat.Jobs;
using TcpChat.Servers;
using TcpChat.Sessions;

namespace TcpChat.Processes;

/// <summary>The handlers of a server that serves each connection in a process of its own, as the server's job sees them.</summary>
/// <param name="handler">What answers in each process; null where messages are sent back.</param>
/// <param name="limit">How many processes there may be at once.</param>
/// <param name="spares">How many are kept waiting for connections.</param>
/// <param name="outputLimit">How many objects of each stream a connection's job keeps.</param>
internal sealed class ProcessHandlers(HandlerOptions? handler, int limit, int spares, int outputLimit) : IHandlers
{
    private readonly ConcurrentDictionary<int, ProcessOutcome> _outcomes = new();
    private TcpChatServerJob? _server;

    /// <summary>How many processes there may be at once unless set.</summary>
    public const int DefaultLimit = 16;

    /// <summary>How many are kept waiting for connections unless set.</summary>
    public const int DefaultSpares = 1;

    public event Action<ChatSession>? Ended;

    public int OutputLimit => outputLimit;

    public void Attach(TcpChatServerJob server) => _server = server;

    /// <summary>Never called: each process has handlers of its own.</summary>
    public Task HandleAsync(ChatSession session, CancellationToken stop) => throw new NotSupportedException();

    /// <summary>Starts the first process and has the server's connections accepted; ends when that process is ready.</summary>
    /// <exception cref="ChatException"><see cref="ChatErrorCode.PowerShellNotFound"/> or <see cref="ChatErrorCode.HandlerProcessFailed"/>.</exception>
    /// <exception cref="ArgumentException">The session's encoding is one that only this process has.</exception>
    public Task BeginAcceptAsync(CancellationToken cancellationToken)
    {
        TcpChatServerJob job = _server!;
        ServerOptions options = job.Server.Options;
        ProcessSetup setup = new()
        {
            Session = SessionFacts.Of(options.Session),
            Greeting = options.Greeting,
            Answer = options.Answer,
            Handler = handler is null ? null : HandlerFacts.Of(handler),
            Server = new ServerFacts(job.Name, job.Port, nameof(ServerModel.Process), Environment.ProcessId),
        };
        return HandlerProcessPool.StartAsync(
            job.Server,
            setup,
            limit,
            spares,
            Adopt,
            failure => job.Warn(nameof(ChatErrorCode.HandlerProcessFailed), $"{failure.Message} It is tried again."),
            cancellationToken);
    }

    public IHandlerOutcome? Find(ChatSession session) => _outcomes.TryGetValue(session.Id, out ProcessOutcome? outcome) ? outcome : null;

    public void Forget(ChatSession session) => _outcomes.TryRemove(session.Id, out _);

    public void Dispose()
    {
        // The server ends the processes.
    }

    private Action<object> Adopt(HandlerChild process)
    {
        ChatSession session = _server!.Server.Adopt(process);
        _outcomes[session.Id] = new ProcessOutcome(process);
        _ = TellAsync(session, process);
        return record => _server.JobOf(session)?.Record(record);
    }

    private async Task TellAsync(ChatSession session, HandlerChild process)
    {
        await process.Ended.ConfigureAwait(false);
        Ended?.Invoke(session);
    }
}
