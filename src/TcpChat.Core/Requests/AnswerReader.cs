using TcpChat.Errors;
using TcpChat.Sessions;

namespace TcpChat.Requests;

/// <summary>Takes the messages of one answer from a session, and knows when it has ended.</summary>
/// <param name="session">The session.</param>
/// <param name="end">What ends the answer.</param>
/// <param name="source">Where it comes from, in the sentence of an error; the session unless set.</param>
public sealed class AnswerReader(ChatSession session, AnswerEnd end, string? source = null)
{
    /// <summary>How many messages of the answer have come.</summary>
    public int Count { get; private set; }

    /// <summary>Takes the next message of the answer, waiting for it; null when the answer is complete.</summary>
    /// <exception cref="ChatException">
    /// <see cref="ChatErrorCode.SessionClosed"/>: the session ended before the answer; <see cref="ChatErrorCode.MessageTooLarge"/> and
    /// <see cref="ChatErrorCode.ProtocolViolation"/>: it ended because of the answer; <see cref="ChatErrorCode.SessionInOtherProcess"/>.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was cancelled first; nothing was taken.</exception>
    public async Task<ChatMessage?> NextAsync(CancellationToken cancellationToken = default)
    {
        session.ThrowIfElsewhere();
        while (Count < end.Count)
        {
            if (session.Inbox.TryTake(out ChatMessage? message))
            {
                Count++;
                return message;
            }

            if (!await WaitForMoreAsync(0, cancellationToken).ConfigureAwait(false))
            {
                return null;
            }
        }

        return null;
    }

    /// <summary>Waits until the whole answer is in the inbox, and takes nothing. <see cref="Count"/> says how many messages it has.</summary>
    /// <exception cref="ChatException">
    /// The same, and <see cref="ChatErrorCode.InboxFull"/> where the inbox has no room for the answer.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    public async Task WaitForAllAsync(CancellationToken cancellationToken = default)
    {
        session.ThrowIfElsewhere();
        do
        {
            Count = Math.Min(session.Inbox.Count, end.Count);
        }
        while (Count < end.Count && await WaitForMoreAsync(Count, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>The error that the answer has not ended in time.</summary>
    /// <param name="timeout">How long it was waited for.</param>
    public ChatException TimedOut(TimeSpan timeout)
    {
        string what = Count == 0
            ? $"No answer from {Source} within {timeout.TotalSeconds:0.###} s"
            : $"The answer from {Source} had not ended after {timeout.TotalSeconds:0.###} s ({Came})";
        string hint = session.MessagesReceived == 0 && session.BytesReceived > 0
            ? $": {session.BytesReceived} bytes came, but not the end of a message. Is it the right framing?"
            : ".";
        return new ChatException(ChatErrorCode.ReceiveTimeout, what + hint);
    }

    private string Source => source ?? $"the session {session.Id} ({session.Name})";

    private string Came => end.IdleTimeout is null ? $"{Count} of {end.Count} messages came" : $"{Count} messages came";

    /// <summary>Waits until more than so many messages are in the inbox; false when the answer is complete without.</summary>
    private async Task<bool> WaitForMoreAsync(int untaken, CancellationToken cancellationToken)
    {
        // The first one has all the time there is: a pause ends an answer only when it has begun.
        TimeSpan patience = (Count > 0 ? end.IdleTimeout : null) ?? Timeout.InfiniteTimeSpan;
        while (true)
        {
            Task change = session.Inbox.Changed.Next;

            // Before the look: what came before the end is found.
            bool isFinished = session.Inbox.IsCompleted;
            if (session.Inbox.Count > untaken)
            {
                return true;
            }

            if (isFinished)
            {
                return HasEnded ? false : throw Ended();
            }

            if (untaken > 0 && session.HoldsPeerBack)
            {
                throw new ChatException(
                    ChatErrorCode.InboxFull, $"The answer from {Source} does not fit into its inbox, where {untaken} messages of it wait.");
            }

            try
            {
                // A part of a long message is a change too: that is no pause.
                await change.WaitAsync(patience, session.Options.TimeProvider, cancellationToken).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                if (!change.IsCompleted)
                {
                    return false;
                }
            }
        }
    }

    private bool HasEnded => end.IdleTimeout is not null && Count > 0 && session.CloseReason == CloseReason.PeerClosed;

    private ChatException Ended()
    {
        string when = Count == 0 ? "before an answer came" : $"before the answer had ended ({Came})";
        return new ChatException(
            (session.Error as ChatException)?.Code ?? ChatErrorCode.SessionClosed,
            $"No more comes from {Source}, which ended {when}: {session.CloseReason?.ToString() ?? "closed"}.",
            session.Error);
    }
}
