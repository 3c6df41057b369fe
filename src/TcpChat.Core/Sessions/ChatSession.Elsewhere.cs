using TcpChat.Errors;
using TcpChat.Transport;

namespace TcpChat.Sessions;

/// <content>A session whose connection another process holds: it can be looked at and ended here, but not sent to or received from.</content>
public sealed partial class ChatSession
{
    private readonly ISessionProcess? _elsewhere;

    internal ChatSession(ISessionProcess process, SessionOptions options)
        : this(new ElsewhereTransport(process), options, $"{process.RemoteEndPoint}", static session => new InboxSink(session))
    {
        _elsewhere = process;
        Inbox.Complete();
    }

    /// <summary>The process that holds the connection; null where it is this one.</summary>
    public int? ProcessId => _elsewhere?.ProcessId;

    /// <summary>Refuses what can be done only in the process that holds the connection.</summary>
    /// <exception cref="ChatException"><see cref="ChatErrorCode.SessionInOtherProcess"/>.</exception>
    public void ThrowIfElsewhere()
    {
        if (_elsewhere is not null && _state != ChatSessionState.Closed)
        {
            throw new ChatException(
                ChatErrorCode.SessionInOtherProcess,
                $"The process {_elsewhere.ProcessId} holds the session {Id} ({Name}): only its handler can send and receive there. "
                + "Here the session can be looked at and stopped.");
        }
    }

    private async Task FollowAsync(ISessionProcess process)
    {
        SessionOutcome outcome = await process.Ended.ConfigureAwait(false);
        _readEnded.TrySetResult();
        if (outcome.Error is ChatException { Code: ChatErrorCode.HandlerProcessFailed } death)
        {
            // That process can write down nothing more.
            _options.Transcript?.WriteFailure($"{Name} in process {process.ProcessId}", death);
        }

        SetReason(outcome.Reason, outcome.Error);
        SetClosed();
    }
}
