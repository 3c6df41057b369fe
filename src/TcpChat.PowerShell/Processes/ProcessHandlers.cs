using System.Collections.Concurrent;
using TcpChat.Errors;
using TcpChat.Handlers;
using TcpChat.Jobs;
using TcpChat.Servers;
using TcpChat.Sessions;

namespace TcpChat.Processes;

/// <summary>The handlers of a server that serves each connection in a process of its own, as the server's job sees them.</summary>
/// <param name="handler">What answers in each process; null where messages are sent back.</param>
/// <param name="onConnect">What is asked about each connection in the processes; null: nothing.</param>
/// <param name="limit">How many processes there may be at once.</param>
/// <param name="spares">How many are kept waiting for connections.</param>
/// <param name="outputLimit">How many objects of each stream a connection's job keeps.</param>
internal sealed class ProcessHandlers(HandlerOptions? handler, HandlerOptions? onConnect, int limit, int spares, int outputLimit)
    : IHandlers, IProcessPoolOwner
{
    private readonly ConcurrentDictionary<int, ProcessOutcome> _outcomes = new();
    private TcpChatServerJob? _server;
    private HandlerProcessPool? _pool;

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
    /// <exception cref="ChatException"><see cref="ChatErrorCode.CertificateNotExportable"/>.</exception>
    /// <exception cref="ArgumentException">The session's encoding is one that only this process has.</exception>
    public async Task BeginAcceptAsync(CancellationToken cancellationToken) => _pool = await HandlerProcessPool.StartAsync(
        _server!.Server, SetupFor(_server.Server.Options), limit, spares, this, cancellationToken).ConfigureAwait(false);

    /// <summary>Has connections that come from now on served otherwise; ends when none is accepted as before any more.</summary>
    /// <param name="change">Gives the new options.</param>
    /// <param name="cancellationToken">Ends the wait, not the change.</param>
    /// <exception cref="ChatException"><see cref="ChatErrorCode.CertificateNotExportable"/> or <see cref="ChatErrorCode.TextNotEncodable"/>; nothing has changed then.</exception>
    public async Task ChangeAsync(Func<ServerOptions, ServerOptions> change, CancellationToken cancellationToken)
    {
        ChatServer server = _server!.Server;
        ProcessSetup setup = SetupFor(change(server.Options));
        server.Change(change);
        if (_pool is not null && server.IsListening)
        {
            await _pool.ChangeAsync(setup, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>How many connections wait to be admitted.</summary>
    public int HandshakeCount => _pool?.AdmittingCount ?? 0;

    public Action<object> Adopt(HandlerChild child)
    {
        ChatSession session = _server!.Server.Adopt(child);
        _outcomes[session.Id] = new ProcessOutcome(child);
        _ = TellAsync(session, child);
        return record => _server.JobOf(session)?.Record(record);
    }

    public void Record(object record) => _server!.Record(record);

    public void Fail(ChatException failure) => _server!.Warn(nameof(ChatErrorCode.HandlerProcessFailed), $"{failure.Message} It is tried again.");

    public IHandlerOutcome? Find(ChatSession session) => _outcomes.TryGetValue(session.Id, out ProcessOutcome? outcome) ? outcome : null;

    public void Forget(ChatSession session) => _outcomes.TryRemove(session.Id, out _);

    public void Dispose()
    {
        // The server ends the processes.
    }

    private ProcessSetup SetupFor(ServerOptions options) => new()
    {
        Session = SessionFacts.Of(options.Session),
        Greeting = options.Greeting,
        Admission = AdmissionFacts.Of(options),
        OnConnect = onConnect is null ? null : HandlerFacts.Of(onConnect),
        Answer = options.Answer,
        Handler = handler is null ? null : HandlerFacts.Of(handler),
        Server = new ServerFacts(_server!.Name, _server.Port, nameof(ServerModel.Process), Environment.ProcessId),
    };

    private async Task TellAsync(ChatSession session, HandlerChild process)
    {
        await process.Ended.ConfigureAwait(false);
        Ended?.Invoke(session);
    }
}
