using System.Diagnostics.CodeAnalysis;
using TcpChat.Errors;
using TcpChat.Patterns;

namespace TcpChat.Sessions;

/// <content>Waiting for a pattern in what arrives, a message that is not whole yet included.</content>
public sealed partial class ChatSession
{
    /// <summary>
    /// What has arrived and has not been taken, as one text: the messages, each followed by a line feed (not so under
    /// <see cref="Framing.FramingKind.Raw"/>), and what has come of the next. Nothing is taken.
    /// </summary>
    public string PeekText() => Look(wholeMessages: false).Text;

    /// <summary>Waits until a pattern matches what has arrived. Nothing is taken.</summary>
    /// <exception cref="ChatException">
    /// <see cref="ChatErrorCode.SessionClosed"/>: no more comes; <see cref="ChatErrorCode.InboxFull"/>: no more is read until
    /// something is taken; <see cref="ChatErrorCode.PatternTooSlow"/>; <see cref="ChatErrorCode.SessionInOtherProcess"/>.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    public async Task<PatternFinding> FindAsync(PatternSet patterns, CancellationToken cancellationToken = default)
    {
        ThrowIfElsewhere();
        ReceivedText? last = null;
        while (true)
        {
            Task change = Inbox.Changed.Next;

            // Before the look: what came before the end must be found.
            bool isFinished = Inbox.IsCompleted;
            ReceivedText received = Look(patterns.Options.WholeMessages);
            if (last is null || !received.IsSameAs(last))
            {
                // Elsewhere, because a pattern can take its time and the wait must end at once all the same.
                Task<PatternFinding?> finding = Task.Run(() => Find(received, patterns), CancellationToken.None);
                if (await finding.WaitAsync(cancellationToken).ConfigureAwait(false) is { } found)
                {
                    return found;
                }
            }

            ThrowIfNoMoreComes(isFinished, received, last);
            last = received;
            await change.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Looks once whether a pattern matches what has arrived; null where none does. Nothing is taken.</summary>
    /// <exception cref="ChatException"><see cref="ChatErrorCode.PatternTooSlow"/> or <see cref="ChatErrorCode.SessionInOtherProcess"/>.</exception>
    public PatternFinding? TryFind(PatternSet patterns)
    {
        ThrowIfElsewhere();
        return Find(Look(patterns.Options.WholeMessages), patterns);
    }

    /// <summary>
    /// Takes what was found and all that came before it, exactly up to the end of the match. A message of which nothing is
    /// left is gone, its end included. False where something has been taken meanwhile: look again.
    /// </summary>
    public bool TryTake(PatternFinding finding, [NotNullWhen(true)] out PatternMatch? match)
    {
        ReceivedText received = finding.Received;
        (int messages, int characters) = received.Locate(finding.Hit.End);
        lock (_reader.Gate)
        {
            bool taken = Inbox.TryTake(
                oldest => (oldest?.Position ?? _reader.Position) == received.Position,
                messages,
                characters == 0 ? null : next => next.After(characters),
                out bool missing);
            if (!taken)
            {
                match = null;
                return false;
            }

            if (missing)
            {
                int bytes = _codec.Measure(null, _reader.Unfinished, ref characters);
                RecordReceived(_reader.Unfinished[..bytes], isPart: true);
                _reader.TakeUnfinished(bytes);
            }
        }

        match = new PatternMatch(this, received.Text[..finding.Hit.Match.Index], finding.Hit);
        return true;
    }

    private static PatternFinding? Find(ReceivedText received, PatternSet patterns) =>
        patterns.Find(received.Text) is { } hit ? new PatternFinding(received, hit) : null;

    private ReceivedText Look(bool wholeMessages)
    {
        ChatMessage[] messages;
        byte[] unfinished = [];
        bool isAll;
        StreamPosition position;
        lock (_reader.Gate)
        {
            messages = Inbox.ToArray();
            position = messages.Length > 0 ? messages[0].Position : _reader.Position;
            isAll = _reader.IsRefused && !Inbox.HasRoom;
            if (!wholeMessages)
            {
                unfinished = _reader.Unfinished.ToArray();
            }
        }

        return new ReceivedText(messages, _codec.DecodeUnfinished(unfinished), position, _options.Framing.Kind) { IsAll = isAll };
    }

    private void ThrowIfNoMoreComes(bool isFinished, ReceivedText received, ReceivedText? last)
    {
        if (isFinished)
        {
            throw new ChatException(
                ChatErrorCode.SessionClosed, $"No more comes from the session {Id} ({Name}): {CloseReason?.ToString() ?? "it is closing"}.", Error)
            {
                // A reset takes the unfinished message with it; what was seen of it is told.
                Received = last is not null && received.IsBeginningOf(last) ? last.Text : received.Text,
            };
        }

        if (received.IsAll)
        {
            throw new ChatException(
                ChatErrorCode.InboxFull,
                $"The inbox of the session {Id} ({Name}) is full, so that no more is read until something is taken, and what is waited for is not in it.")
            {
                Received = received.Text,
            };
        }
    }
}
