using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.ExceptionServices;
using System.Security.Authentication;
using TcpChat.Errors;
using TcpChat.Security;

namespace TcpChat.Transport;

/// <summary>TLS over another transport, once the handshake is done.</summary>
internal sealed class TlsTransport : ITransport
{
    /// <summary>What one record of TLS holds at most (RFC 8446, 5.1).</summary>
    private const int RecordSize = 16 * 1024;

    private readonly ITransport _inner;
    private readonly TransportStream _wire;
    private readonly SslStream _tls;
    private bool _received;

    public TlsTransport(ITransport inner, TransportStream wire, SslStream tls, TlsFacts facts)
    {
        _inner = inner;
        _wire = wire;
        _tls = tls;
        Tls = facts;
    }

    public EndPoint? LocalEndPoint => _inner.LocalEndPoint;

    public EndPoint? RemoteEndPoint => _inner.RemoteEndPoint;

    public TlsFacts Tls { get; }

    public bool IsFlushed => _wire.IsFlushed;

    public async ValueTask WaitForDataAsync() => await ReadAsync(Memory<byte>.Empty).ConfigureAwait(false);

    /// <exception cref="ChatException">
    /// <see cref="ChatErrorCode.ConnectionTruncated"/>, <see cref="ChatErrorCode.TlsAlert"/>, or
    /// <see cref="ChatErrorCode.ProtocolViolation"/> where what comes is no TLS.
    /// </exception>
    public async ValueTask<int> ReceiveAsync(Memory<byte> buffer)
    {
        int read = await ReadAsync(buffer).ConfigureAwait(false);
        _received |= read > 0;
        return read > 0 || !_wire.HasEnded ? read : throw Truncated();
    }

    public int TrySend(ReadOnlySpan<byte> data)
    {
        int taken = 0;
        try
        {
            while (taken < data.Length && _wire.IsFlushed)
            {
                ReadOnlySpan<byte> record = data.Slice(taken, Math.Min(RecordSize, data.Length - taken));
                _tls.Write(record);
                taken += record.Length;
            }
        }
        catch (IOException e)
        {
            ThrowCause(e);
            throw;
        }

        return taken;
    }

    public async ValueTask SendAsync(ReadOnlyMemory<byte> data)
    {
        try
        {
            await _wire.FlushPendingAsync().ConfigureAwait(false);
            await _tls.WriteAsync(data).ConfigureAwait(false);
        }
        catch (IOException e)
        {
            ThrowCause(e);
            throw;
        }
    }

    public ValueTask FlushAsync() => _wire.FlushPendingAsync();

    public async ValueTask ShutdownSendAsync(CancellationToken cancellationToken)
    {
        try
        {
            // What says that this is the end of all, and no cut (close_notify; RFC 8446, 6.1).
            await _tls.ShutdownAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not (OperationCanceledException or OutOfMemoryException))
        {
            // The peer has gone, or TLS has failed, in as many kinds of exceptions as there are systems: nobody is left to tell.
        }

        await _inner.ShutdownSendAsync(cancellationToken).ConfigureAwait(false);
    }

    public void Abort()
    {
        _inner.Abort();
        _tls.Dispose();
    }

    public void Dispose()
    {
        _inner.Dispose();
        _tls.Dispose();
    }

    /// <summary>TLS wraps what the wire has failed with; that is what tells why the connection ended.</summary>
    private static void ThrowCause(IOException e)
    {
        if (e.InnerException is SocketException or ObjectDisposedException)
        {
            ExceptionDispatchInfo.Throw(e.InnerException);
        }
    }

    /// <summary>
    /// With TLS 1.3 the handshake is over for one side when the other has yet to look at its certificate (RFC 8446, 2); and
    /// not every TLS sends an alert when it does not like what it sees.
    /// </summary>
    private bool MayStillRefuse => !_received && Tls.Protocol == SslProtocols.Tls13;

    private ChatException Truncated(Exception? cause = null) => MayStillRefuse ? new(
        ChatErrorCode.HandshakeFailed,
        "The peer broke off after the TLS handshake, before anything came; perhaps it did not accept this side's certificate, or that there is none.",
        cause) : new(
        ChatErrorCode.ConnectionTruncated,
        "The connection ended without the end that TLS has (close_notify): the peer broke off, or somebody in between did. What came may not be all that was sent.",
        cause);

    private async ValueTask<int> ReadAsync(Memory<byte> buffer)
    {
        try
        {
            return await _tls.ReadAsync(buffer).ConfigureAwait(false);
        }
        catch (IOException e)
        {
            ThrowCause(e);
            if (TlsAlert.Of(e) is { } alert)
            {
                throw new ChatException(MayStillRefuse ? ChatErrorCode.TlsAlert : ChatErrorCode.ProtocolViolation, $"The peer ended TLS: {alert}.", e);
            }

            throw _wire.HasEnded ? Truncated(e) : new ChatException(ChatErrorCode.ProtocolViolation, $"What the peer sent is no TLS, or was changed on its way: {e.Message}", e);
        }
    }
}
