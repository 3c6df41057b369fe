using System.Buffers;
using TcpChat.Framing;
using TcpChat.Sessions;

namespace TcpChat.Files;

/// <summary>
/// Sends one file over one session, piece by piece: one piece is read, framed and handed to the system before the next is
/// read, so that a transfer holds one piece, however large the file and however slow the peer.
/// </summary>
internal sealed class FileSender(ChatSession session, FileToSend file, FileTransfer transfer, TransferClock clock)
{
    private const int PieceSize = 64 * 1024;

    private readonly MessageFraming _framing = session.Options.Framing;
    private bool _begun;

    public async Task RunAsync()
    {
        await session.HoldOutboxAsync(this, clock.Token).ConfigureAwait(false);
        bool whole = false;
        try
        {
            await SendAllAsync().ConfigureAwait(false);
            whole = true;
        }
        catch (Exception e) when (FileFault.IsFault(e))
        {
            throw FileFault.ToRead(e, transfer.Progress + " before it could be read no further");
        }
        finally
        {
            if (_begun && !whole)
            {
                session.Abort();
            }

            session.ReleaseOutbox(this, whole ? 1 : 0);
        }
    }

    private async Task SendAllAsync()
    {
        int payload = _framing.Kind == FramingKind.LengthPrefixed ? Math.Min(PieceSize, session.Options.MaximumMessageSize) : PieceSize;
        byte[] buffer = ArrayPool<byte>.Shared.Rent(_framing.HeaderSize + payload + _framing.TrailerSize);
        byte[] tail = [];
        while (true)
        {
            clock.ThrowIfOver();
            int read = await file.ReadAsync(buffer.AsMemory(_framing.HeaderSize, payload), transfer.Length, clock.Token).ConfigureAwait(false);
            if (read == 0)
            {
                break;
            }

            tail = Tail(tail, buffer.AsSpan(_framing.HeaderSize, read));
            await SendAsync(Frame(buffer, read)).ConfigureAwait(false);
            transfer.Add(read);
            clock.Moved();
        }

        await SendEndAsync(buffer, tail).ConfigureAwait(false);

        // Only now: after a failure the write loop may still be reading it.
        ArrayPool<byte>.Shared.Return(buffer);
    }

    private ReadOnlyMemory<byte> Frame(byte[] buffer, int length)
    {
        if (_framing.Kind != FramingKind.LengthPrefixed)
        {
            return buffer.AsMemory(_framing.HeaderSize, length);
        }

        _framing.Complete(buffer, length);
        return buffer.AsMemory(0, _framing.HeaderSize + length + _framing.TrailerSize);
    }

    private async Task SendEndAsync(byte[] buffer, byte[] tail)
    {
        switch (_framing.Kind)
        {
            case FramingKind.LengthPrefixed:
                await SendAsync(Frame(buffer, 0)).ConfigureAwait(false);
                break;
            case FramingKind.Line or FramingKind.Delimiter when transfer.Length > 0 && !_framing.IsEnded(tail):
                _framing.WriteTrailer(buffer.AsSpan(0, _framing.TrailerSize));
                await SendAsync(buffer.AsMemory(0, _framing.TrailerSize)).ConfigureAwait(false);
                break;
        }
    }

    private async Task SendAsync(ReadOnlyMemory<byte> piece)
    {
        ValueTask<bool> sending = session.SendPieceAsync(piece, this, clock.Token);
        _begun = true;
        if (!await sending.ConfigureAwait(false))
        {
            throw transfer.Incomplete();
        }
    }

    /// <summary>As many bytes before the end as may say whether it ends a message.</summary>
    private byte[] Tail(byte[] before, ReadOnlySpan<byte> piece)
    {
        int needed = _framing.TrailerSize;
        return needed == 0 ? []
            : piece.Length >= needed ? piece[^needed..].ToArray()
            : [.. before.AsSpan(Math.Max(0, before.Length + piece.Length - needed)), .. piece];
    }
}
