using System.Net;
using TcpChat.Clients;
using TcpChat.Errors;
using TcpChat.Text;
using TcpChat.Transport;

namespace TcpChat.Sessions;

/// <summary>
/// One TCP connection, from either end. Safe to use from any thread and any runspace. A session is live: its properties
/// show what is now.
/// </summary>
public sealed partial class ChatSession : IDisposable
{
    private static int s_lastId;

    private readonly SessionOptions _options;
    private readonly TextCodec _codec;
    private readonly SendOutbox _outbox;
    private readonly SessionSink _sink;
    private readonly SessionReader _reader;
    private readonly Func<long> _nextArrival;
    private volatile ITransport _transport;
    private long _messagesSent;

    internal ChatSession(
        ITransport transport,
        SessionOptions options,
        string name,
        Func<ChatSession, SessionSink> sink,
        Func<long>? nextArrival = null,
        Reconnector? reconnector = null)
    {
        options.ThrowIfInvalid();
        Id = Interlocked.Increment(ref s_lastId);
        Name = name;
        _transport = transport;
        _options = options;
        _codec = new TextCodec(options.Encoding);
        Inbox = new MessageInbox(options.InboxLimit, options.InboxByteLimit);
        Inbox.Taken += () =>
        {
            Volatile.Write(ref _unanswered, true);
            Touch();
        };
        _reconnector = reconnector;
        _outbox = new SendOutbox(transport, options.OutboxByteLimit, options.OutboxPolicy, SendFailed, isResumable: Reconnects);
        _sink = sink(this);
        _reader = new SessionReader(transport, options.Framing, _sink, options.MaximumMessageSize, dropsRest: Reconnects);
        _nextArrival = nextArrival ?? (() => 0);
        ConnectedAtUtc = options.TimeProvider.GetUtcNow().UtcDateTime;
        _connectedTimestamp = options.TimeProvider.GetTimestamp();
        BeginTranscript();
    }

    /// <summary>Raised once, when the session is over, from whatever thread ended it. Handlers must not block.</summary>
    public event Action<ChatSession>? Closed;

    /// <summary>Its number in this process.</summary>
    public int Id { get; }

    /// <summary>Its name: the peer's address and port, unless it was given another one.</summary>
    public string Name { get; }

    /// <summary>The user's name, where the peer gave one.</summary>
    public string? UserName { get; internal set; }

    /// <summary>Where it is in its life.</summary>
    public ChatSessionState State => _state;

    /// <summary>The peer's address and port.</summary>
    public EndPoint? RemoteEndPoint => _transport.RemoteEndPoint;

    /// <summary>This side's address and port.</summary>
    public EndPoint? LocalEndPoint => _transport.LocalEndPoint;

    /// <summary>When the connection was made, in local time; of several, the last.</summary>
    public DateTime ConnectedAt => ConnectedAtUtc.ToLocalTime();

    /// <summary>When it ended, in local time.</summary>
    public DateTime? ClosedAt => _closedAtUtc?.ToLocalTime();

    /// <summary>Why it ended, or is about to; null while it is open.</summary>
    public CloseReason? CloseReason
    {
        get
        {
            int reason = Volatile.Read(ref _closeReason);
            return reason < 0 ? null : (CloseReason)reason;
        }
    }

    /// <summary>The error behind the reason, where there is one; while it reconnects, what went wrong last.</summary>
    public Exception? Error => Volatile.Read(ref _error) ?? Volatile.Read(ref _outage)?.Error;

    /// <summary>Whole messages received.</summary>
    public long MessagesReceived => _elsewhere?.Totals.MessagesReceived ?? _reader.Messages;

    /// <summary>Messages sent or waiting in the outbox.</summary>
    public long MessagesSent => _elsewhere?.Totals.MessagesSent ?? Volatile.Read(ref _messagesSent);

    /// <summary>Bytes read from the wire.</summary>
    public long BytesReceived => _elsewhere?.Totals.BytesReceived ?? _reader.Bytes;

    /// <summary>Bytes handed to the system for sending.</summary>
    public long BytesSent => _elsewhere?.Totals.BytesSent ?? _outbox.SentBytes;

    /// <summary>Messages received and not taken.</summary>
    public int InboxLength => Inbox.Count;

    /// <summary>Bytes that wait to be sent because the peer does not read fast enough, or because there is no connection now.</summary>
    public long OutboxLength => _outbox.WaitingBytes;

    /// <summary>Messages that were dropped from the outbox, under <see cref="OutboxPolicy.DropOldest"/>.</summary>
    public long DroppedMessages => _elsewhere?.Totals.DroppedMessages ?? _outbox.Dropped;

    /// <summary>Received bytes that were no text in the session's encoding and stand as U+FFFD in the texts of messages, counted when a text is looked at.</summary>
    public long InvalidBytes => _codec.InvalidBytes;

    /// <summary>The received messages that nobody has taken.</summary>
    public MessageInbox Inbox { get; }

    /// <summary>How the session behaves.</summary>
    public SessionOptions Options => _options;

    /// <summary>True on the side that accepted the connection.</summary>
    public bool IsServerSide { get; internal init; }

    /// <summary>The name or address that was connected to; null on the side that accepted the connection.</summary>
    public string? ConnectedTo { get; internal init; }

    /// <summary>True while messages can be sent, or can wait for a connection.</summary>
    public bool CanSend => _state is ChatSessionState.Open or ChatSessionState.HalfClosed or ChatSessionState.Reconnecting;

    internal DateTime ConnectedAtUtc { get; private set; }

    internal TextCodec Codec => _codec;

    /// <summary>Sends text as one message.</summary>
    /// <exception cref="ChatException">
    /// <see cref="ChatErrorCode.SessionClosed"/>, <see cref="ChatErrorCode.TextNotEncodable"/> or <see cref="ChatErrorCode.SessionInOtherProcess"/>.
    /// </exception>
    public ValueTask SendAsync(string text, CancellationToken cancellationToken = default) =>
        SendFramesAsync(Wrap(text), 1, borrowed: false, cancellationToken);

    /// <summary>Sends bytes as one message.</summary>
    /// <exception cref="ChatException"><see cref="ChatErrorCode.SessionClosed"/> or <see cref="ChatErrorCode.SessionInOtherProcess"/>.</exception>
    public ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken = default) =>
        SendFramesAsync(Wrap(bytes.Span), 1, borrowed: false, cancellationToken);

    /// <summary>Text as it goes over this session's wire.</summary>
    public byte[] Wrap(string text) => _codec.Wrap(text, _options.Framing);

    /// <summary>Bytes as they go over this session's wire.</summary>
    public byte[] Wrap(ReadOnlySpan<byte> bytes) => _options.Framing.Wrap(bytes);

    /// <summary>Sends whole frames, made by <see cref="Wrap(string)"/> of a session with the same framing and encoding.</summary>
    /// <param name="frames">One frame or several, one after the other. A session that reconnects may send them again together.</param>
    /// <param name="count">How many messages they are.</param>
    /// <param name="cancellationToken">Ends the wait for room in the outbox.</param>
    public ValueTask SendFramesAsync(ReadOnlyMemory<byte> frames, int count, CancellationToken cancellationToken = default) =>
        SendFramesAsync(frames, count, borrowed: false, cancellationToken);

    internal ValueTask SendFramesAsync(ReadOnlyMemory<byte> frames, int count, bool borrowed, CancellationToken cancellationToken)
    {
        try
        {
            return TrySend(frames, count, borrowed)
                ? ValueTask.CompletedTask
                : WaitAndSendAsync(frames, count, borrowed, cancellationToken);
        }
        catch (ChatException e)
        {
            // In the task, where a caller that passes the task on expects it.
            return ValueTask.FromException(e);
        }
    }

    /// <summary>Takes the next message, waiting for it; null when none will come any more.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled first; nothing was taken.</exception>
    public async ValueTask<ChatMessage?> ReceiveAsync(CancellationToken cancellationToken = default)
    {
        ThrowIfElsewhere();
        ChatMessage? message;
        while (!Inbox.TryTake(out message) && await Inbox.WaitToTakeAsync(cancellationToken).ConfigureAwait(false))
        {
        }

        return message;
    }

    /// <inheritdoc/>
    public override string ToString() => Name;

    internal ChatMessage MakeMessage(ReadOnlySpan<byte> payload)
    {
        RecordReceived(payload, isPart: _reader.Taken > 0);

        // A piece of a stream may end inside a character, so its text depends on the pieces before it.
        MessageText text = _options.Framing.Kind == Framing.FramingKind.Raw ? _codec.DescribePiece(payload) : _codec.Describe(payload);
        return new ChatMessage(
            this,
            payload.ToArray(),
            text,
            _reader.Messages,
            _nextArrival(),
            _options.TimeProvider.GetUtcNow().UtcDateTime,
            _reader.Taken)
        {
            Connection = _reader.Stream,
        };
    }

    /// <summary>What was read of its stream before it was a session. Called before <see cref="Start"/>.</summary>
    internal void Preload(ReadOnlySpan<byte> bytes) => _reader.Preload(bytes);

    internal void CountInvalid(int bytes) => _codec.CountInvalid(bytes);

    private bool TrySend(ReadOnlyMemory<byte> frames, int count, bool borrowed)
    {
        ThrowIfElsewhere();
        switch (_transcript is null ? _outbox.TrySend(frames, borrowed, count) : _transcript.Send(_outbox, frames, borrowed, count))
        {
            case SendOutbox.Offer.Taken:
                Interlocked.Add(ref _messagesSent, count);
                Volatile.Write(ref _unanswered, false);
                Touch();
                if (_state == ChatSessionState.HalfClosed)
                {
                    // The wait for answers has less to wait for now.
                    _stateChanged.Fire();
                }

                return true;
            case SendOutbox.Offer.Full:
                return false;
            case SendOutbox.Offer.SlowReader:
                Cut(Sessions.CloseReason.SlowReader, null);
                break;
        }

        throw CannotSend();
    }

    private async ValueTask WaitAndSendAsync(ReadOnlyMemory<byte> frames, int count, bool borrowed, CancellationToken cancellationToken)
    {
        do
        {
            await _outbox.WaitForRoomAsync(frames.Length, cancellationToken).ConfigureAwait(false);
        }
        while (!TrySend(frames, count, borrowed));
    }
}
