namespace TcpChat.Transport;

/// <summary>
/// A transport as the stream that TLS is spoken over. A synchronous write never waits: what the transport does not take
/// is kept, until <see cref="FlushPendingAsync"/>, and is one TLS record at most where no more is written before.
/// </summary>
/// <param name="transport">The wire.</param>
/// <param name="first">
/// Gives what somebody else has read from the wire before, nothing included, and null at its end; nobody reads it any more then. Null: nobody has.
/// </param>
internal sealed class TransportStream(ITransport transport, Task<byte[]?>? first = null) : Stream
{
    private Task<byte[]?>? _first = first;
    private ReadOnlyMemory<byte> _rest;
    private ReadOnlyMemory<byte> _pending;

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>True once the wire has ended.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>True where nothing is kept.</summary>
    public bool IsFlushed => _pending.IsEmpty;

    /// <summary>Sends what is kept.</summary>
    public async ValueTask FlushPendingAsync()
    {
        if (!_pending.IsEmpty)
        {
            await transport.SendAsync(_pending).ConfigureAwait(false);
            _pending = default;
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_first is not null)
        {
            byte[]? read = await _first.ConfigureAwait(false);
            _first = null;
            _rest = read;
            HasEnded = read is null;
        }

        if (!_rest.IsEmpty)
        {
            int length = Math.Min(_rest.Length, buffer.Length);
            _rest[..length].CopyTo(buffer);
            _rest = _rest[length..];
            return length;
        }

        if (HasEnded)
        {
            return 0;
        }

        if (buffer.IsEmpty)
        {
            await transport.WaitForDataAsync().ConfigureAwait(false);
            return 0;
        }

        int received = await transport.ReceiveAsync(buffer).ConfigureAwait(false);
        HasEnded = received == 0;
        return received;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await FlushPendingAsync().ConfigureAwait(false);
        int sent = transport.TrySend(buffer.Span);
        if (sent < buffer.Length)
        {
            await transport.SendAsync(buffer[sent..]).ConfigureAwait(false);
        }
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        int sent = _pending.IsEmpty ? transport.TrySend(buffer) : 0;
        if (sent < buffer.Length)
        {
            _pending = (byte[])[.. _pending.Span, .. buffer[sent..]];
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
