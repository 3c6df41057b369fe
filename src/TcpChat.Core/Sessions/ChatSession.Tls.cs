using TcpChat.Errors;
using TcpChat.Security;
using TcpChat.Transport;

namespace TcpChat.Sessions;

/// <content>A conversation that begins in clear text and goes on in TLS (STARTTLS).</content>
public sealed partial class ChatSession
{
    /// <summary>What is known of the TLS that protects it; null where nothing does.</summary>
    public TlsFacts? Tls => _transport.Tls;

    /// <summary>True while what is sent waits for TLS, or for another connection.</summary>
    internal bool IsHoldingBack => _outbox.IsSuspended;

    /// <summary>
    /// Goes over to TLS, as the side that begins the handshake. Nothing may have been received that was not taken: it was
    /// not protected, and could be anybody's. Whatever comes after this call belongs to the handshake, so that text that
    /// somebody slips in before TLS ends it and is never taken for protected. Where the handshake fails the session is over.
    /// </summary>
    /// <param name="options">How, and whom to trust.</param>
    /// <param name="computerName">The name or address that the server's certificate must be for, where the options name none.</param>
    /// <param name="lastMessage">Sent in clear text as the last thing before, when nothing that comes is taken for clear text any more; null: nothing.</param>
    /// <param name="cancellationToken">Gives up; the session is over then, unless it was cancelled from the beginning.</param>
    /// <exception cref="ChatException">
    /// <see cref="ChatErrorCode.UnprotectedDataWaiting"/>, <see cref="ChatErrorCode.AlreadyProtected"/>, <see cref="ChatErrorCode.SessionClosed"/> or
    /// <see cref="ChatErrorCode.SessionInOtherProcess"/>: nothing has happened. <see cref="ChatErrorCode.HandshakeFailed"/>,
    /// <see cref="ChatErrorCode.TlsAlert"/>, or one about the certificate: the session is over, as it is with
    /// <see cref="ChatErrorCode.SessionClosed"/> where somebody closes it meanwhile.
    /// </exception>
    /// <exception cref="InvalidOperationException">The session reconnects, which would be in clear text.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    public Task ProtectAsClientAsync(
        TlsClientOptions options, string computerName, string? lastMessage = null, CancellationToken cancellationToken = default) =>
        ProtectAsync((wire, first, stop) => TlsHandshake.ConnectAsync(wire, options, computerName, stop, first), lastMessage, cancellationToken);

    /// <summary>The same as the side that answers the handshake.</summary>
    /// <inheritdoc cref="ProtectAsClientAsync"/>
    public Task ProtectAsServerAsync(TlsServerOptions options, string? lastMessage = null, CancellationToken cancellationToken = default) =>
        ProtectAsync((wire, first, stop) => TlsHandshake.AcceptAsync(wire, options, stop, first), lastMessage, cancellationToken);

    private async Task ProtectAsync(
        Func<ITransport, Task<byte[]?>, CancellationToken, Task<ITransport>> handshake, string? lastMessage, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ThrowIfElsewhere();
        if (Reconnects)
        {
            throw new InvalidOperationException($"The session {Id} ({Name}) reconnects, and would begin in clear text again: it cannot go over to TLS.");
        }

        byte[]? last = lastMessage is null ? null : Wrap(lastMessage);
        Handover handover = BeginHandover();
        try
        {
            // Whoever closes the session ends the handshake: without TLS nothing more may be sent that could be waited for.
            using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closing.Token);
            await QuietOutboxAsync(last, stop.Token).ConfigureAwait(false);
            ITransport next = await handshake(_transport, handover.First, stop.Token).ConfigureAwait(false);
            if (!TryProtect(next))
            {
                next.Abort();
                throw CannotSend();
            }

            // Before anyone can take what is protected.
            _codec.BeginStream();
            _transcript?.Protected(next.Tls!);
            handover.Complete(next);
            _outbox.Resume(next);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            ChatException error = await EndUnprotectedAsync(e).ConfigureAwait(false);
            handover.Fail(new IOException(error.Message, error));
            if (e is OperationCanceledException && cancellationToken.IsCancellationRequested)
            {
                throw;
            }

            throw error;
        }
    }

    private Handover BeginHandover()
    {
        Handover handover = new();
        lock (_reader.Gate)
        {
            if (_state != ChatSessionState.Open || _reader.HasEnded)
            {
                throw CannotSend();
            }

            if (_transport.Tls is not null || _reader.IsHandedOver)
            {
                throw new ChatException(ChatErrorCode.AlreadyProtected, $"The session {Id} ({Name}) is protected by TLS already, or about to be.");
            }

            if (Inbox.Count > 0 || !_reader.TryHandOver(handover))
            {
                throw new ChatException(
                    ChatErrorCode.UnprotectedDataWaiting,
                    $"Something has come on the session {Id} ({Name}) that nobody has taken. It was not protected and could be anybody's: take it, and end the session if it should not be there.");
            }
        }

        return handover;
    }

    /// <summary>What was sent before goes out as it is, and then the last message; what anybody else sends from now on waits for TLS.</summary>
    private async Task QuietOutboxAsync(byte[]? last, CancellationToken cancellationToken)
    {
        object holder = new();
        if (!await _outbox.HoldAsync(holder, cancellationToken).ConfigureAwait(false)
            || (last is not null && !await SendLastAsync(last, holder, cancellationToken).ConfigureAwait(false))
            || !await _outbox.WaitUntilSentAsync(cancellationToken).ConfigureAwait(false))
        {
            throw CannotSend();
        }

        _outbox.Suspend();
    }

    private async Task<bool> SendLastAsync(byte[] last, object holder, CancellationToken cancellationToken)
    {
        while (true)
        {
            SendOutbox.Offer offer = _transcript is null
                ? _outbox.TrySend(last, borrowed: false, messages: 1, holder)
                : _transcript.Send(_outbox, last, borrowed: false, count: 1, holder);
            if (offer != SendOutbox.Offer.Full)
            {
                Interlocked.Add(ref _messagesSent, offer == SendOutbox.Offer.Taken ? 1 : 0);
                return offer == SendOutbox.Offer.Taken;
            }

            await _outbox.WaitForRoomAsync(0, cancellationToken, holder).ConfigureAwait(false);
        }
    }

    private bool TryProtect(ITransport next)
    {
        lock (_gate)
        {
            if (IsEnding)
            {
                return false;
            }

            _transport = next;
            _reader.RefusesTls = false;
            return true;
        }
    }

    /// <summary>Ends the session, and says why TLS did not begin.</summary>
    private async Task<ChatException> EndUnprotectedAsync(Exception cause)
    {
        if (CloseReason is not null)
        {
            // It was over before: closed by this side, or lost.
            Cut(Sessions.CloseReason.LocalClosed, null);
            return CannotSend();
        }

        ChatException error = cause as ChatException ?? new ChatException(
            ChatErrorCode.HandshakeFailed,
            cause is OperationCanceledException
                ? $"Going over to TLS was given up before the handshake was complete: the session {Id} ({Name}) is over."
                : $"The connection was lost before TLS had begun: {cause.Message}",
            cause);
        SetReason(Sessions.CloseReason.HandshakeFailed, error);
        if (cause is ChatException)
        {
            // So that an alert that tells the peer why still gets there.
            await _transport.EndAsync().ConfigureAwait(false);
        }

        Cut(Sessions.CloseReason.HandshakeFailed, error);
        return error;
    }
}
