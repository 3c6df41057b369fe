using System.Buffers;
using System.Management.Automation;
using TcpChat.Binding;
using TcpChat.Commands;
using TcpChat.Errors;
using TcpChat.Sessions;

namespace TcpChat.Handlers;

/// <summary>
/// Sends what a handler emits, each object as a message; bytes that come one by one, as those of an array do through a
/// pipeline, are one message. Answers are gathered while more messages wait to be handled, but no longer than a few
/// milliseconds, so that a slow message does not hold back the answers to those before it.
/// </summary>
internal sealed class AnswerWriter : IDisposable
{
    /// <summary>Answers are sent when they come to this many bytes.</summary>
    private const int BatchSize = 64 * 1024;

    /// <summary>A buffer that one large answer has made larger is not kept.</summary>
    private const int LargestKept = 4 * BatchSize;

    /// <summary>How long an answer is held back for others to join it.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(2);

    /// <summary>How long an answer waits for room, as with Send-TcpMessage.</summary>
    private static readonly TimeSpan s_sendTime = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly ByteCollector _bytes = new();
    private ArrayBufferWriter<byte> _gathered = new();
    private readonly Timer _patience;
    private ChatSession _session = null!;
    private byte[]? _first;
    private int _count;
    private long _ofMessage;
    private Task _sending = Task.CompletedTask;

    public AnswerWriter() => _patience = new Timer(static writer => ((AnswerWriter)writer!).FlushAsync(), this, Timeout.Infinite, Timeout.Infinite);

    public void Dispose() => _patience.Dispose();

    /// <summary>Says whose answers come next. All earlier ones must have been flushed.</summary>
    public void Begin(ChatSession session)
    {
        _session = session;
        _sending = Task.CompletedTask;
    }

    /// <summary>True while answers wait for room because the peer does not read fast enough.</summary>
    public bool IsWaiting
    {
        get
        {
            lock (_gate)
            {
                return !_sending.IsCompleted;
            }
        }
    }

    /// <summary>Takes one object. Where one message has many answers, waits for a peer that does not read fast enough, so long and no longer.</summary>
    /// <exception cref="ChatException"><see cref="ChatErrorCode.TextNotEncodable"/> or <see cref="ChatErrorCode.MessageTooLarge"/>.</exception>
    /// <exception cref="TimeoutException">The peer has not read for too long.</exception>
    /// <exception cref="OperationCanceledException">Stopped while waiting.</exception>
    public void Write(PSObject item, CancellationToken stop)
    {
        if (item.BaseObject is byte single)
        {
            _bytes.Add(single);
            return;
        }

        AddBytes();
        byte[] frame = Payload.TryGetBytes(item, out ReadOnlyMemory<byte> bytes) ? _session.Wrap(bytes.Span) : _session.Wrap(Payload.ToText(item));
        if (_ofMessage >= BatchSize && IsWaiting)
        {
            Wait(stop);
        }

        _ofMessage += frame.Length;
        if (Add(frame))
        {
            FlushAsync();
        }
    }

    /// <summary>The handler has done with one message: bytes that come later belong to another answer.</summary>
    public void EndMessage()
    {
        AddBytes();
        _ofMessage = 0;
    }

    /// <summary>Sends what was gathered. Ends when it has room in the session's outbox; what a peer that has gone would have got is dropped.</summary>
    public Task FlushAsync()
    {
        lock (_gate)
        {
            if (_count > 0)
            {
                byte[] frames = _count == 1 ? _first! : _gathered.WrittenSpan.ToArray();
                _sending = _sending.IsCompleted ? SendAsync(_session, frames, _count) : SendAfterAsync(_sending, _session, frames, _count);
                if (_gathered.Capacity > LargestKept)
                {
                    _gathered = new ArrayBufferWriter<byte>();
                }

                _gathered.ResetWrittenCount();
                _first = null;
                _count = 0;
            }

            return _sending;
        }
    }

    private void AddBytes()
    {
        if (_bytes.Take() is { } bytes)
        {
            Add(_session.Wrap(bytes));
        }
    }

    private void Wait(CancellationToken stop)
    {
        try
        {
            FlushAsync().WaitAsync(s_sendTime, stop).GetAwaiter().GetResult();
        }
        catch (TimeoutException)
        {
            throw new TimeoutException(
                $"The session {_session.Id} ({_session.Name}) had no room for an answer within {s_sendTime.TotalSeconds:0} s: {_session.OutboxLength} bytes wait, because the peer does not read.");
        }
    }

    private static Task SendAsync(ChatSession session, byte[] frames, int count)
    {
        ValueTask sending = session.SendFramesAsync(frames, count);
        return sending.IsCompletedSuccessfully ? Task.CompletedTask : IgnoreClosedAsync(sending);
    }

    private static async Task SendAfterAsync(Task before, ChatSession session, byte[] frames, int count)
    {
        await before.ConfigureAwait(false);
        await SendAsync(session, frames, count).ConfigureAwait(false);
    }

    private static async Task IgnoreClosedAsync(ValueTask sending)
    {
        try
        {
            await sending.ConfigureAwait(false);
        }
        catch (ChatException e) when (e.Code == ChatErrorCode.SessionClosed)
        {
            // Nobody is left to be answered; the session's CloseReason tells why.
        }
    }

    /// <summary>True when there is enough to be sent at once.</summary>
    private bool Add(byte[] frame)
    {
        lock (_gate)
        {
            switch (_count++)
            {
                case 0:
                    _first = frame;
                    _patience.Change(s_patience, Timeout.InfiniteTimeSpan);
                    return frame.Length >= BatchSize;
                case 1:
                    _gathered.Write(_first);
                    break;
            }

            _gathered.Write(frame);
            return _gathered.WrittenCount >= BatchSize;
        }
    }
}
