using System.Net.Sockets;
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
    /// <param name="lastMessage">Sent in clear text as the last thing before; null: nothing.</param>
    /// <param name="cancellationToken">Gives up; once the handshake has begun the session is over then.</param>
    /// <exception cref="ChatException">
    /// <see cref="ChatErrorCode.UnprotectedDataWaiting"/>, <see cref="ChatErrorCode.AlreadyProtected"/>, <see cref="ChatErrorCode.SessionClosed"/> or
    /// <see cref="ChatErrorCode.SessionInOtherProcess"/>: nothing has happened. <see cref="ChatErrorCode.HandshakeFailed"/>,
    /// <see cref="ChatErrorCode.TlsAlert"/>, or one about the certificate: the session is over.
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
            ITransport wire = _transport;
            if (last is not null)
            {
                await SendFramesAsync(last, 1, cancellationToken).ConfigureAwait(false);
            }

            await QuietOutboxAsync(cancellationToken).ConfigureAwait(false);
            ITransport next = await handshake(wire, handover.First, cancellationToken).ConfigureAwait(false);
            if (!TryProtect(next))
            {
                throw CannotSend();
            }

            handover.Complete(next);
            _outbox.Resume(next);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            ChatException error = e as ChatException ?? new ChatException(
                ChatErrorCode.HandshakeFailed,
                e is OperationCanceledException
                    ? $"Going over to TLS was given up before the handshake was complete: the session {Id} ({Name}) is over."
                    : $"The connection was lost before TLS had begun: {e.Message}",
                e);
            await EndUnprotectedAsync(error).ConfigureAwait(false);
            handover.Fail(new IOException(error.Message, error));
            if (e is OperationCanceledException)
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
            if (_state != ChatSessionState.Open)
            {
                throw CannotSend();
            }

            if (_transport.Tls is not null)
            {
                throw new ChatException(ChatErrorCode.AlreadyProtected, $"The session {Id} ({Name}) is protected by TLS already.");
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

    /// <summary>What was sent before goes out as it is; what is sent from now on waits for TLS.</summary>
    private async Task QuietOutboxAsync(CancellationToken cancellationToken)
    {
        object holder = new();
        if (!await _outbox.HoldAsync(holder, cancellationToken).ConfigureAwait(false) || !await _outbox.WaitUntilSentAsync(cancellationToken).ConfigureAwait(false))
        {
            throw CannotSend();
        }

        _outbox.Suspend();
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

    private async Task EndUnprotectedAsync(ChatException error)
    {
        SetReason(Sessions.CloseReason.HandshakeFailed, error);
        if (error.InnerException is not (OperationCanceledException or SocketException))
        {
            // So that an alert that tells the peer why still gets there.
            await _transport.EndAsync().ConfigureAwait(false);
        }

        Cut(Sessions.CloseReason.HandshakeFailed, error);
    }
}
