using System.Buffers;
using TcpChat.Framing;
using TcpChat.Sessions;

namespace TcpChat.Files;

/// <summary>Writes what one session receives to a file, message by message, as long as it belongs to the file.</summary>
internal sealed class FileReceiver(ChatSession session, ReceiveFileOptions options, FileTransfer transfer, TransferClock clock)
{
    private readonly MessageFraming _framing = session.Options.Framing;
    private long _messages;
    private int? _connection;
    private bool _ended;

    private bool IsWhole => _framing.Kind switch
    {
        FramingKind.Raw => transfer.Length >= options.Length,
        FramingKind.LengthPrefixed => _ended,
        _ => _messages >= options.Count,
    };

    /// <summary>True where the peer's end is the file's.</summary>
    private bool EndsWithPeer => _framing.Kind switch
    {
        FramingKind.Raw => options.Length is null,
        FramingKind.LengthPrefixed => false,
        _ => options.Count is null,
    };

    public async Task RunAsync()
    {
        session.ThrowIfElsewhere();
        using ReceivedFile file = ReceivedFile.Create(transfer.Path, options.Overwrite);
        while (!IsWhole)
        {
            clock.ThrowIfOver();
            int most = (int)Math.Min(options.Length - transfer.Length ?? int.MaxValue, int.MaxValue);
            if (session.Inbox.TryTake(most, out ChatMessage? message))
            {
                if (message.Connection != (_connection ??= message.Connection))
                {
                    // What comes by another connection is no part of this file.
                    session.Inbox.PutBack(message);
                    throw transfer.Incomplete();
                }

                Write(file, message);
                clock.Moved();
            }
            else if (!await session.Inbox.WaitToTakeAsync(clock.Token).ConfigureAwait(false))
            {
                if (!EndsWithPeer || session.CloseReason != CloseReason.PeerClosed)
                {
                    throw transfer.Incomplete();
                }

                return;
            }
        }
    }

    private void Write(ReceivedFile file, ChatMessage message)
    {
        try
        {
            transfer.Add(Append(file, message.Bytes));
            _messages++;
        }
        catch (Exception e) when (FileFault.IsFault(e))
        {
            session.Inbox.PutBack(message);
            throw FileFault.ToWrite(e, transfer.Progress + " and no more could be written");
        }
    }

    private int Append(ReceivedFile file, byte[] message)
    {
        switch (_framing.Kind)
        {
            case FramingKind.Raw:
                file.Append(message);
                return message.Length;
            case FramingKind.LengthPrefixed:
                _ended = message.Length == 0;
                file.Append(message);
                return message.Length;
            default:
                // The framing has taken the end away.
                int length = message.Length + _framing.TrailerSize;
                byte[] whole = ArrayPool<byte>.Shared.Rent(length);
                try
                {
                    message.CopyTo(whole.AsSpan());
                    _framing.WriteTrailer(whole.AsSpan(message.Length, _framing.TrailerSize));
                    file.Append(whole.AsSpan(0, length));
                    return length;
                }
                finally
                {
                    ArrayPool<byte>.Shared.Return(whole);
                }
        }
    }
}
