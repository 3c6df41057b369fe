using System.Net;

namespace TcpChat.Transport;

/// <summary>
/// The wire under a session. One reader and one writer use it at a time; <see cref="Abort"/> and
/// <see cref="IDisposable.Dispose"/> may come from anywhere and end what the two are waiting for.
/// </summary>
internal interface ITransport : IDisposable
{
    EndPoint? LocalEndPoint { get; }

    EndPoint? RemoteEndPoint { get; }

    /// <summary>Waits until bytes or the end of the stream are there, without holding a buffer.</summary>
    ValueTask WaitForDataAsync();

    /// <summary>Reads what is there, one byte at least; 0 at the end of the stream.</summary>
    ValueTask<int> ReceiveAsync(Memory<byte> buffer);

    /// <summary>Sends as much as can be sent without waiting, and says how much; 0 where nothing can.</summary>
    int TrySend(ReadOnlySpan<byte> data);

    /// <summary>Sends all of it.</summary>
    ValueTask SendAsync(ReadOnlyMemory<byte> data);

    /// <summary>Tells the peer that nothing more will come from here.</summary>
    ValueTask ShutdownSendAsync();

    /// <summary>Ends the connection at once; the peer sees a reset.</summary>
    void Abort();
}
