using System.Buffers;
using TcpChat.Framing;

namespace TcpChat.Sessions;

/// <summary>Sends every message back, framed. All answers to one read go out in one send; a peer that does not read is not read from.</summary>
internal sealed class EchoSink(ChatSession session, MessageFraming framing) : SessionSink
{
    /// <summary>Answers are sent when they come to this many bytes, even inside one read.</summary>
    private const int BatchSize = 64 * 1024;

    // Rented from the first message of a read to its end, so that an idle session holds none.
    private byte[]? _answers;
    private int _length;
    private int _count;

    public override bool Offer(ReadOnlySpan<byte> payload)
    {
        int size = framing.HeaderSize + payload.Length + framing.TrailerSize;
        if (_answers is null)
        {
            _answers = ArrayPool<byte>.Shared.Rent(Math.Max(size, BatchSize));
        }
        else if (_length + size > _answers.Length)
        {
            return false;
        }

        session.RecordReceived(payload);
        Span<byte> frame = _answers.AsSpan(_length, size);
        payload.CopyTo(frame[framing.HeaderSize..]);
        framing.Complete(frame, payload.Length);
        _length += size;
        _count++;
        return true;
    }

    public override ValueTask WaitForRoomAsync(CancellationToken cancellationToken) => EndOfReadAsync(cancellationToken);

    public override ValueTask EndOfReadAsync(CancellationToken cancellationToken)
    {
        if (_answers is null)
        {
            return ValueTask.CompletedTask;
        }

        ValueTask sent = session.SendFramesAsync(_answers.AsMemory(0, _length), _count, borrowed: true, cancellationToken);
        if (!sent.IsCompletedSuccessfully)
        {
            return ReturnAfterAsync(sent);
        }

        Return();
        return ValueTask.CompletedTask;
    }

    private async ValueTask ReturnAfterAsync(ValueTask sent)
    {
        try
        {
            await sent.ConfigureAwait(false);
        }
        finally
        {
            Return();
        }
    }

    private void Return()
    {
        ArrayPool<byte>.Shared.Return(_answers!);
        _answers = null;
        _length = 0;
        _count = 0;
    }
}
