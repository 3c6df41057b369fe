using System.Collections.Concurrent;
using System.Management.Automation;
using System.Net;
using System.Net.Sockets;
using TcpChat.Errors;
using TcpChat.Handlers;
using TcpChat.Processes;
using TcpChat.Registry;
using TcpChat.Servers;
using TcpChat.Sessions;
using TcpChat.Transcripts;

namespace TcpChat.Jobs;

/// <summary>
/// A server, as a job: it runs until it is stopped, and its child jobs are its connections. Receive-Job gives the messages
/// of all sessions; with -Wait it follows sessions that come later, too.
/// </summary>
public sealed partial class TcpChatServerJob : ChatJob
{
    /// <summary>How many warnings are kept for Receive-Job, and as many records of each other stream.</summary>
    private const int RecordLimit = 100;

    /// <summary>How long Stop-Job waits for what the outboxes hold.</summary>
    private static readonly TimeSpan s_stopTimeout = TimeSpan.FromSeconds(5);

    private readonly ChatServer _server;
    private readonly JobPump _pump = new();
    private readonly JobPump.Work _announce;
    private readonly RecordStreams _records = new(RecordLimit);
    private readonly ConcurrentDictionary<int, SessionEntry> _jobs = new();
    private readonly SessionJobList _children;
    private readonly IHandlers? _handlers;
    private readonly WaitingOutput? _output;
    private readonly IWaiting _waiting;
    private bool _watched;
    private SocketError _lastAcceptError;
    private int _stopped;

    private TcpChatServerJob(ChatServer server, string? command, string name, ChildList children, IWaiting waiting, IHandlers? handlers)
        : base(command, name, children.List, "TcpChatServer", new MessageOutput(new ServerWindow(waiting)))
    {
        _server = server;
        _handlers = handlers;
        _waiting = waiting;
        _output = waiting as WaitingOutput;
        _children = children.List;
        _rejections = new RejectionNotice(text => Warn("ConnectionRejected", $"{name}: {text}"), server.Options.Session.TimeProvider);
        children.GetJob = GetSessionJob;
        (Error, Warning, Verbose, Debug, Information) = (_records.Error, _records.Warning, _records.Verbose, _records.Debug, _records.Information);
        UnloadJobStreams();
        _announce = new JobPump.Work(Messages.Announce);
        server.SessionOpened += RaiseOpened;
        server.SessionClosed += ShowClosed;
        server.SessionClosed += RaiseClosed;
        server.SessionForgotten += SessionForgotten;
        server.AcceptFailed += AcceptFailed;
        server.ConnectionRejected += _rejections.Take;
        server.Inbox.Filled += MessageWaits;
        handlers?.Ended += ShowClosed;
        server.Options.Session.Transcript?.Failed += TranscriptFailed;
        handlers?.Attach(this);
        MoveTo(JobState.Running);
    }

    /// <summary>The port it listens at.</summary>
    public int Port => _server.LocalEndPoint.Port;

    /// <summary>Where this machine reaches it, so that a server can be piped to Connect-TcpChat.</summary>
    public string ComputerName => _server.LocalEndPoint.Address switch
    {
        IPAddress any when any.Equals(IPAddress.Any) => IPAddress.Loopback.ToString(),
        IPAddress any when any.Equals(IPAddress.IPv6Any) => IPAddress.IPv6Loopback.ToString(),
        IPAddress address => address.ToString(),
    };

    /// <summary>The address and port it listens at.</summary>
    public IPEndPoint LocalEndPoint => _server.LocalEndPoint;

    /// <summary>How it serves several clients.</summary>
    public ServerModel Model => _server.Options.Model;

    /// <summary>How many connections the system was asked to keep until they are accepted.</summary>
    public int Backlog => _server.Options.Backlog;

    /// <summary>Connections that are made and wait to be accepted, as the system says; null where it does not (other systems than Linux), and after the stop.</summary>
    public int? AcceptQueueLength => _server.AcceptQueueLength;

    /// <summary>Connections that are still being made, as the system says; null where it does not (other systems than Linux), and after the stop. Reads the system's table of connections, so it takes longer the more there are.</summary>
    public int? SynQueueLength => _server.SynQueueLength;

    /// <summary>The sessions that are not over.</summary>
    public ChatSession[] Sessions => [.. _server.Sessions];

    /// <summary>How many sessions are not over.</summary>
    public int SessionCount => _server.SessionCount;

    /// <summary>Connections accepted so far.</summary>
    public long Accepted => _server.Accepted;

    /// <summary>Accepts that failed so far, and were tried again.</summary>
    public long AcceptErrors => _server.AcceptErrors;

    /// <summary>Whole messages received by all its sessions.</summary>
    public long MessagesReceived => _server.Totals.MessagesReceived;

    /// <summary>Messages sent by all its sessions.</summary>
    public long MessagesSent => _server.Totals.MessagesSent;

    /// <summary>Bytes received by all its sessions.</summary>
    public long BytesReceived => _server.Totals.BytesReceived;

    /// <summary>Bytes sent by all its sessions.</summary>
    public long BytesSent => _server.Totals.BytesSent;

    /// <summary>Messages that were dropped because a queue was full.</summary>
    public long DroppedMessages => _server.Totals.DroppedMessages;

    /// <summary>Records of its transcript that could not be written by this process.</summary>
    public long TranscriptErrors => _server.Options.Session.Transcript?.Errors ?? 0;

    /// <summary>How many sessions there are, or that it has stopped.</summary>
    public override string StatusMessage => (_server.IsListening, _server.SessionCount) switch
    {
        (false, _) => "Not listening",
        (true, 1) => "Listening, 1 session",
        (true, int count) => $"Listening, {count} sessions",
    };

    /// <summary>True while messages, handlers' output or warnings wait.</summary>
    public override bool HasMoreData => _records.Any || _waiting.Any || _jobs.Values.Any(static entry => entry.Job.HasMoreData);

    /// <summary>The address and port it listens at.</summary>
    public override string Location => _server.LocalEndPoint.ToString();

    /// <summary>Its sessions, those that are over and still kept among them.</summary>
    internal IReadOnlyList<ChatSession> AllSessions => _server.AllSessions;

    internal ChatServer Server => _server;

    /// <summary>Starts a server, makes its job, and puts it where Get-Job and Get-TcpChatServer find it.</summary>
    /// <param name="options">How it listens and serves.</param>
    /// <param name="command">The command line that started it.</param>
    /// <param name="handlers">What answers, where something does; the job ends it.</param>
    /// <param name="onConnect">What is asked about each connection, where something is; the job ends it.</param>
    internal static TcpChatServerJob Start(ServerOptions options, string? command, IHandlers? handlers = null, ConnectScript? onConnect = null)
    {
        TcpChatServerJob job = Listen(
            options with { OnConnect = onConnect is null ? null : onConnect.AskAsync }, command, handlers, handlers is null ? null : handlers.HandleAsync);
        job._connectScript = onConnect;
        onConnect?.Attach(job);
        ChatRegistry.Add(job);
        job._server.BeginAccept();
        return job;
    }

    /// <summary>The same where other processes accept and answer; ends when the first of them is ready.</summary>
    /// <exception cref="ChatException">
    /// As when a server starts, or <see cref="ChatErrorCode.PowerShellNotFound"/> or <see cref="ChatErrorCode.HandlerProcessFailed"/>.
    /// Nothing stays behind.
    /// </exception>
    internal static async Task<TcpChatServerJob> StartAsync(
        ServerOptions options, string? command, ProcessHandlers handlers, CancellationToken cancellationToken)
    {
        // Before anything is waited for: its owner is the runspace of this thread.
        TcpChatServerJob job = Listen(options, command, handlers, null);
        ChatRegistry.Add(job);
        try
        {
            await handlers.BeginAcceptAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await job.StopAsync(TimeSpan.Zero).ConfigureAwait(false);
            job.Dispose();
            throw;
        }

        return job;
    }

    private static TcpChatServerJob Listen(ServerOptions options, string? command, IHandlers? handlers, SessionHandler? handler)
    {
        ChatServer server = ChatServer.Listen(options with { Handler = handler });
        string name = options.Name ?? $"TcpChatServer:{server.LocalEndPoint.Port}";
        IWaiting waiting = handlers is null ? new WaitingMessages(server.Inbox) : new WaitingOutput();
        return new TcpChatServerJob(server, command, name, new ChildList(server), waiting, handlers);
    }

    /// <summary>Tells whoever receives the job of something that was tried in vain.</summary>
    internal void Warn(string id, string message) => Record(new WarningRecord(id, message));

    /// <summary>Puts a record into its stream.</summary>
    internal void Record(object record) => _pump.Post(new JobPump.Work(() => _records.TryAdd(record)));

    /// <summary>The job of one of its sessions; null where the session is kept no longer.</summary>
    internal TcpChatSessionJob? JobOf(ChatSession session) =>
        _jobs.TryGetValue(session.Id, out SessionEntry? entry) ? entry.Job : _children.JobOf(session) as TcpChatSessionJob;

    /// <summary>A handler has written something.</summary>
    internal void OutputWaits(TcpChatSessionJob job, OutputWindow window)
    {
        _output!.List(window);
        MessageWaits(job.Session);
    }

    /// <summary>The output of a session that is looked at no more.</summary>
    internal void ForgetOutput(OutputWindow window) => _output!.Forget(window);

    // Messages are announced only from when somebody has looked at an output: before, nobody can be listening.
    internal void Watch() => Volatile.Write(ref _watched, true);

    /// <summary>
    /// Stops listening and closes all sessions within that time. Where one of its own handlers asks for it, that has begun when
    /// this returns: no handler can wait for its own end.
    /// </summary>
    internal Task StopAsync(TimeSpan timeout)
    {
        Task stopping = StopInOrderAsync(timeout);
        return HandlerThread.Serves(this) ? Task.CompletedTask : stopping;
    }

    /// <inheritdoc/>
    protected override void DoLoadJobStreams() => Watch();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            ChatRegistry.Remove(this);
            _server.Dispose();
            _handlers?.Dispose();
            _ = _pump.CompleteAsync();
            EndEvents();
            _server.SessionClosed -= ShowClosed;
            _server.SessionForgotten -= SessionForgotten;
            _server.AcceptFailed -= AcceptFailed;
            _server.ConnectionRejected -= _rejections.Take;
            _rejections.Dispose();
            _connectScript?.Dispose();
            _server.Inbox.Filled -= MessageWaits;
            _handlers?.Ended -= ShowClosed;
            _server.Options.Session.Transcript?.Failed -= TranscriptFailed;
            foreach (SessionEntry entry in _jobs.Values)
            {
                entry.Job.Dispose();
            }

            _jobs.Clear();
        }

        base.Dispose(disposing);
    }

    private protected override Task StopCoreAsync(bool force) => StopAsync(force ? TimeSpan.Zero : s_stopTimeout);

    private async Task StopInOrderAsync(TimeSpan timeout)
    {
        MoveTo(JobState.Stopping);
        await _server.StopAsync(timeout).ConfigureAwait(false);
        if (Interlocked.Exchange(ref _stopped, 1) == 0)
        {
            _handlers?.Dispose();
            _connectScript?.Dispose();

            // Behind all that is queued, so that whoever waits has seen the last messages before the job ends.
            _pump.Post(new JobPump.Work(Messages.Announce));
            _ = _pump.CompleteAsync();
        }

        // A Receive-Job that is slow, or is itself waiting for this stop, must not hold it up for longer than the time given.
        await _pump.CompleteAsync().WaitAsync(timeout + TimeSpan.FromMilliseconds(100))
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        MoveTo(JobState.Stopped);
    }

    // Called by the list of child jobs only, under its lock: a session never gets two jobs.
    private TcpChatSessionJob GetSessionJob(ChatSession session)
    {
        if (!_jobs.TryGetValue(session.Id, out SessionEntry? entry))
        {
            entry = new SessionEntry(_handlers is not null
                ? new TcpChatSessionJob(session, this, new HandlerOutcome(_handlers, session), _handlers.OutputLimit)
                : new TcpChatSessionJob(session, this));
            _jobs[session.Id] = entry;
            if (session.State == ChatSessionState.Closed)
            {
                // It may have closed before its job could be found.
                _pump.Post(entry.Work);
                if (!_server.Keeps(session))
                {
                    // Forgotten since it was listed, and nobody will say so again.
                    _jobs.TryRemove(session.Id, out _);
                }
            }
        }

        return entry.Job;
    }

    private void MessageWaits(ChatSession session)
    {
        if (!Volatile.Read(ref _watched))
        {
            return;
        }

        if (_jobs.TryGetValue(session.Id, out SessionEntry? entry))
        {
            _pump.Post(entry.Work);
        }

        _pump.Post(_announce);
    }

    private void ShowClosed(ChatSession session)
    {
        if (_jobs.TryGetValue(session.Id, out SessionEntry? entry))
        {
            _pump.Post(entry.Work);
        }
    }

    private void SessionForgotten(ChatSession session)
    {
        _handlers?.Forget(session);
        if (_jobs.TryRemove(session.Id, out SessionEntry? entry))
        {
            entry.Job.Dispose();
        }
    }

    private void AcceptFailed(SocketException error)
    {
        // A failure that goes on is told once, not at every try.
        if (error.SocketErrorCode != _lastAcceptError)
        {
            _lastAcceptError = error.SocketErrorCode;
            Warn("AcceptFailed", $"Accepting a connection at {LocalEndPoint} failed, and is tried again: {error.Message}");
            _server.Options.Session.Transcript?.WriteFailure($"{LocalEndPoint}", error);
        }
    }

    private void TranscriptFailed(Exception error)
    {
        // Told here, so that no command tells it again.
        Transcript transcript = _server.Options.Session.Transcript!;
        _ = transcript.TakeNotice();
        Warn(TranscriptWarning.Id, TranscriptWarning.Text(transcript, error));
    }

    /// <summary>A session's job, and the work that keeps it up to date.</summary>
    private sealed class SessionEntry(TcpChatSessionJob job)
    {
        public TcpChatSessionJob Job => job;

        public JobPump.Work Work { get; } = new(job.Pump);
    }

    /// <summary>The list of child jobs must be there before the job that makes them is.</summary>
    private sealed class ChildList
    {
        public ChildList(ChatServer server) => List = new SessionJobList(server, session => GetJob!(session));

        public SessionJobList List { get; }

        public Func<ChatSession, Job>? GetJob { get; set; }
    }
}
