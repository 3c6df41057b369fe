using TcpChat.Transport;

namespace TcpChat.Sessions;

/// <summary>
/// How a session goes over to TLS in the middle of its stream. The read loop may be waiting for the wire already, and that
/// cannot be taken back: what it reads then, or that there is something to read, it hands over, and waits for the next wire.
/// </summary>
internal sealed class Handover
{
    private readonly TaskCompletionSource<byte[]?> _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<ITransport> _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when the read loop uses the wire no more, with what it has read of what does not belong to it; null at the wire's end.</summary>
    public Task<byte[]?> First => _first.Task;

    /// <summary>The read loop's last word on the wire; gives the next.</summary>
    public Task<ITransport> GiveAsync(byte[]? read)
    {
        _first.TrySetResult(read);
        return _next.Task;
    }

    /// <summary>The same where the wire has failed.</summary>
    public Task<ITransport> FailAsync(Exception exception)
    {
        _first.TrySetException(exception);
        return _next.Task;
    }

    /// <summary>Here is the next wire.</summary>
    public void Complete(ITransport next) => _next.TrySetResult(next);

    /// <summary>There will be none: the session is over.</summary>
    public void Fail(Exception exception) => _next.TrySetException(exception);
}
