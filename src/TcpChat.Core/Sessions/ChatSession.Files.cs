using TcpChat.Errors;

namespace TcpChat.Sessions;

/// <content>What a file on its way needs: the outbox for itself, and the bytes of messages up to a limit.</content>
public sealed partial class ChatSession
{
    /// <summary>Waits until the outbox is this holder's alone; other senders wait until it is released.</summary>
    /// <exception cref="ChatException"><see cref="ChatErrorCode.SessionClosed"/> or <see cref="ChatErrorCode.SessionInOtherProcess"/>.</exception>
    internal async Task HoldOutboxAsync(object holder, CancellationToken cancellationToken)
    {
        ThrowIfElsewhere();
        if (!await _outbox.HoldAsync(holder, cancellationToken).ConfigureAwait(false))
        {
            throw CannotSend();
        }
    }

    /// <summary>Lets other senders go on, and counts what the holder has sent.</summary>
    internal void ReleaseOutbox(object holder, int messages)
    {
        Interlocked.Add(ref _messagesSent, messages);
        _outbox.Release(holder);
        Touch();
        _stateChanged.Fire();
    }

    /// <summary>
    /// Sends a piece of what the outbox is held for, and waits until the system has all of it: the memory is the caller's
    /// again then, and only then, whatever happens.
    /// </summary>
    /// <returns>False where the session can send no more.</returns>
    internal async ValueTask<bool> SendPieceAsync(ReadOnlyMemory<byte> piece, object holder, CancellationToken cancellationToken)
    {
        while (true)
        {
            switch (_outbox.TrySend(piece, borrowed: false, messages: 0, holder))
            {
                case SendOutbox.Offer.Taken:
                    Volatile.Write(ref _unanswered, false);
                    await _outbox.WaitForRoomAsync(0, cancellationToken, holder).ConfigureAwait(false);
                    return _outbox.Failure is null && CanSend;
                case SendOutbox.Offer.Full:
                    await _outbox.WaitForRoomAsync(0, cancellationToken, holder).ConfigureAwait(false);
                    break;
                default:
                    return false;
            }
        }
    }

    private ChatException CannotSend() => new(
        ChatErrorCode.SessionClosed,
        $"The session {Id} ({Name}) can send no more: {CloseReason?.ToString() ?? "it is closing"}.",
        _outbox.Failure ?? Error);
}
