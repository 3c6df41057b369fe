using System.Net;
using TcpChat.Security;
using TcpChat.Sessions;

namespace TcpChat.Transport;

/// <summary>Stands for a wire that another process holds: nothing goes over it here, and cutting it ends that process.</summary>
internal sealed class ElsewhereTransport(ISessionProcess process) : ITransport
{
    public EndPoint? LocalEndPoint => process.LocalEndPoint;

    public EndPoint? RemoteEndPoint => process.RemoteEndPoint;

    public TlsFacts? Tls => process.Tls;

    public ValueTask WaitForDataAsync() => new(process.Ended);

    public ValueTask<int> ReceiveAsync(Memory<byte> buffer) => ValueTask.FromResult(0);

    public int TrySend(ReadOnlySpan<byte> data) => throw NotHere();

    public ValueTask SendAsync(ReadOnlyMemory<byte> data) => throw NotHere();

    public ValueTask ShutdownSendAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public void Abort() => process.Kill();

    public void Dispose()
    {
    }

    private InvalidOperationException NotHere() => new($"The connection is in the process {process.ProcessId}.");
}
