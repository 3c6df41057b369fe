using System.Management.Automation;
using TcpChat.Sessions;

namespace TcpChat.Jobs;

/// <summary>
/// One connection of a server, as a child job. Running while the connection lives; Completed when the peer closed in
/// order, Stopped when this side closed, Failed, with the reason, when anything else ended it.
/// </summary>
public sealed class TcpChatSessionJob : ChatJob
{
    /// <summary>How long Stop-Job waits for what the outbox holds.</summary>
    private static readonly TimeSpan s_stopTimeout = TimeSpan.FromSeconds(5);

    private readonly Action _watched;

    internal TcpChatSessionJob(ChatSession session, Action watched)
        : base(null, session.Name, [], "TcpChatSession", new MessageOutput(new SessionWindow(session.Inbox)))
    {
        _watched = watched;
        Session = session;
        MoveTo(JobState.Running);
        PSBeginTime = session.ConnectedAt;
        if (session.State == ChatSessionState.Closed)
        {
            ShowEnd();
        }
    }

    /// <summary>The connection.</summary>
    public ChatSession Session { get; }

    /// <summary>Whole messages received.</summary>
    public long MessagesReceived => Session.MessagesReceived;

    /// <summary>Messages sent.</summary>
    public long MessagesSent => Session.MessagesSent;

    /// <summary>Where the session is in its life, and why it ended.</summary>
    public override string StatusMessage => Session.CloseReason is { } reason ? $"{Session.State}: {reason}" : Session.State.ToString();

    /// <summary>True while messages wait.</summary>
    public override bool HasMoreData => Session.Inbox.Count > 0;

    /// <summary>The peer's address and port.</summary>
    public override string Location => Session.RemoteEndPoint?.ToString() ?? string.Empty;

    /// <summary>Announces the messages that wait, and then, where the session is over, says so.</summary>
    internal void Pump()
    {
        Messages.Announce();
        if (Session.State == ChatSessionState.Closed)
        {
            ShowEnd();
        }
    }

    /// <inheritdoc/>
    protected override void DoLoadJobStreams() => _watched();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Session.Abort();
        }

        base.Dispose(disposing);
    }

    private protected override async Task StopCoreAsync(bool force)
    {
        MoveTo(JobState.Stopping);
        await Session.CloseAsync(force ? TimeSpan.Zero : s_stopTimeout).ConfigureAwait(false);
        ShowEnd();
    }

    private void ShowEnd()
    {
        JobState state = Session.CloseReason switch
        {
            CloseReason.PeerClosed => JobState.Completed,
            CloseReason.LocalClosed or CloseReason.ServerStopped => JobState.Stopped,
            _ => JobState.Failed,
        };
        MoveTo(state, state == JobState.Failed ? FailureReason() : null);
        PSEndTime = Session.ClosedAt;
    }

    private Exception FailureReason() =>
        Session.Error ?? new IOException($"The session {Session.Id} ({Session.Name}) ended: {Session.CloseReason}.");
}
