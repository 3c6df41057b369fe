using System.Management.Automation;
using TcpChat.Handlers;
using TcpChat.Sessions;

namespace TcpChat.Jobs;

/// <summary>
/// One connection of a server, as a child job. Running while the connection lives or its handler runs; Completed when the
/// peer or the handler has ended it in order, Stopped when it was stopped, Failed, with the reason, when anything else
/// ended it. Without a handler its output is the messages that wait; with one, what the handler writes.
/// </summary>
public sealed class TcpChatSessionJob : ChatJob
{
    /// <summary>How long Stop-Job waits for what the outbox holds.</summary>
    private static readonly TimeSpan s_stopTimeout = TimeSpan.FromSeconds(5);

    private readonly TcpChatServerJob _server;
    private readonly IHandlerOutcome? _handler;
    private readonly OutputWindow? _written;
    private readonly RecordStreams? _records;

    internal TcpChatSessionJob(ChatSession session, TcpChatServerJob server)
        : this(session, server, new MessageOutput(new SessionWindow(session.Inbox)))
    {
        MoveTo(JobState.Running);
        Pump();
    }

    internal TcpChatSessionJob(ChatSession session, TcpChatServerJob server, IHandlerOutcome handler, int outputLimit)
        : this(session, server, handler, new OutputWindow(outputLimit), outputLimit)
    {
    }

    private TcpChatSessionJob(ChatSession session, TcpChatServerJob server, IHandlerOutcome handler, OutputWindow written, int limit)
        : this(session, server, new MessageOutput(written))
    {
        _handler = handler;
        _written = written;
        _records = new RecordStreams(limit);
        (Error, Warning, Verbose, Debug, Information) = (_records.Error, _records.Warning, _records.Verbose, _records.Debug, _records.Information);
        UnloadJobStreams();
        MoveTo(JobState.Running);
        Pump();
    }

    private TcpChatSessionJob(ChatSession session, TcpChatServerJob server, MessageOutput output)
        : base(null, session.Name, [], "TcpChatSession", output)
    {
        _server = server;
        Session = session;
        PSBeginTime = session.ConnectedAt;
    }

    /// <summary>The connection.</summary>
    public ChatSession Session { get; }

    /// <summary>The process that its handler runs in, with -Model Process; otherwise null.</summary>
    public int? ProcessId => _handler?.ProcessId;

    /// <summary>Whole messages received.</summary>
    public long MessagesReceived => Session.MessagesReceived;

    /// <summary>Messages sent.</summary>
    public long MessagesSent => Session.MessagesSent;

    /// <summary>How many objects and records of its handler were given up because nobody received them and there were too many.</summary>
    public long DroppedOutput => (_written?.Dropped ?? 0) + (_records?.Dropped ?? 0);

    /// <summary>Where the session is in its life, and why it ended.</summary>
    public override string StatusMessage => Session.CloseReason is { } reason ? $"{Session.State}: {reason}" : Session.State.ToString();

    /// <summary>True while messages, output or records wait.</summary>
    public override bool HasMoreData => _written is null ? Session.Inbox.Count > 0 : _written.Count > 0 || _records!.Any;

    /// <summary>The peer's address and port.</summary>
    public override string Location => Session.RemoteEndPoint?.ToString() ?? string.Empty;

    /// <summary>Puts something that the handler has written into the stream it belongs to. Called on the handler's own thread.</summary>
    internal void Record(object record)
    {
        try
        {
            if (!_records!.TryAdd(record))
            {
                _written!.Write(PSObject.AsPSObject(record));
                _server.OutputWaits(this, _written);
            }
        }
        catch (Exception e) when (e is PSInvalidOperationException or ObjectDisposedException)
        {
            // The job is over or was removed; nobody is left to read it.
        }
    }

    /// <summary>Announces what waits, and then, where it is over, says so.</summary>
    internal void Pump()
    {
        Messages.Announce();
        if (Session.State == ChatSessionState.Closed && _handler?.HasEnded != false)
        {
            ShowEnd();
        }
    }

    /// <inheritdoc/>
    protected override void DoLoadJobStreams() => _server.Watch();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Session.Abort();
            if (_written is not null)
            {
                _written.Close();
                _server.ForgetOutput(_written);
            }
        }

        base.Dispose(disposing);
    }

    private protected override async Task StopCoreAsync(bool force)
    {
        MoveTo(JobState.Stopping);
        await _server.Server.StopSessionAsync(Session, force ? TimeSpan.Zero : s_stopTimeout).ConfigureAwait(false);
        ShowEnd();
    }

    private void ShowEnd()
    {
        JobState state = (_handler, Session.CloseReason) switch
        {
            ({ Failure: not null }, _) => JobState.Failed,
            ({ WasStopped: true }, _) => JobState.Stopped,
            (_, CloseReason.PeerClosed) or (not null, CloseReason.LocalClosed) => JobState.Completed,
            (_, CloseReason.LocalClosed or CloseReason.ServerStopped) => JobState.Stopped,
            _ => JobState.Failed,
        };
        _records?.Complete();

        // An error that the error stream has is not told again.
        MoveTo(state, state == JobState.Failed && _handler is not { Failure: not null, IsFailureRecorded: true } ? FailureReason() : null);
        PSEndTime = Session.ClosedAt;
    }

    private Exception FailureReason() =>
        _handler?.Failure ?? Session.Error ?? new IOException($"The session {Session.Id} ({Session.Name}) ended: {Session.CloseReason}.");
}
