using System.Text;

namespace TcpChat.Processes;

/// <summary>Reads what a process writes, so that it never waits for a reader, and keeps the end of it.</summary>
internal sealed class OutputTail
{
    private const int BytesKept = 4096;

    private readonly Lock _gate = new();
    private readonly byte[] _kept = new byte[BytesKept];
    private int _length;

    /// <summary>The end of what was written so far.</summary>
    public string Text
    {
        get
        {
            lock (_gate)
            {
                return Encoding.UTF8.GetString(_kept, 0, _length).Trim();
            }
        }
    }

    /// <summary>Reads until the end or until the stream is disposed.</summary>
    public async Task DrainAsync(Stream stream)
    {
        byte[] buffer = new byte[BytesKept];
        try
        {
            int read;
            while ((read = await stream.ReadAsync(buffer).ConfigureAwait(false)) > 0)
            {
                Keep(buffer.AsSpan(0, read));
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // The process is gone; what it has written last is kept.
        }
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            int dropped = Math.Max(0, _length + bytes.Length - BytesKept);
            _kept.AsSpan(dropped, _length - dropped).CopyTo(_kept);
            _length -= dropped;
            bytes.CopyTo(_kept.AsSpan(_length));
            _length += bytes.Length;
        }
    }
}
