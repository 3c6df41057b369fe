using System.Net;
using TcpChat.Security;

namespace TcpChat.Transport;

/// <summary>
/// The wire under a session. One reader and one writer use it at a time; <see cref="Abort"/> and
/// <see cref="IDisposable.Dispose"/> may come from anywhere and end what the two are waiting for.
/// </summary>
internal interface ITransport : IDisposable
{
    EndPoint? LocalEndPoint { get; }

    EndPoint? RemoteEndPoint { get; }

    /// <summary>What is known of the TLS on it; null where there is none.</summary>
    TlsFacts? Tls => null;

    /// <summary>False while the wire keeps something of what it has taken, for which <see cref="FlushAsync"/> must be called.</summary>
    bool IsFlushed => true;

    /// <summary>Waits until bytes or the end of the stream are there, without holding a buffer.</summary>
    ValueTask WaitForDataAsync();

    /// <summary>Reads what is there, one byte at least; 0 at the end of the stream.</summary>
    ValueTask<int> ReceiveAsync(Memory<byte> buffer);

    /// <summary>Takes as much as it can without waiting, and says how much; 0 where it can take nothing.</summary>
    int TrySend(ReadOnlySpan<byte> data);

    /// <summary>Sends all of it.</summary>
    ValueTask SendAsync(ReadOnlyMemory<byte> data);

    /// <summary>Sends what <see cref="TrySend"/> has taken and the system not yet.</summary>
    ValueTask FlushAsync() => ValueTask.CompletedTask;

    /// <summary>Tells the peer that nothing more will come from here.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled while that had to wait for the peer to read.</exception>
    ValueTask ShutdownSendAsync(CancellationToken cancellationToken);

    /// <summary>Ends the connection at once; the peer sees a reset.</summary>
    void Abort();
}
