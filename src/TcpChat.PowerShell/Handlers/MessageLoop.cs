using System.Collections;
using TcpChat.Sessions;

namespace TcpChat.Handlers;

/// <summary>
/// The messages that a worker's script runs through, one after the other on the script's own thread: the next is taken when
/// the block has done with the one before. Ends when the worker shall go.
/// </summary>
internal sealed class MessageLoop(MessageWorker worker) : IEnumerable<ChatMessage>, IEnumerator<ChatMessage>
{
    private ChatMessage? _current;

    public ChatMessage Current => _current!;

    object IEnumerator.Current => _current!;

    public bool MoveNext() => worker.MoveNext(out _current);

    public IEnumerator<ChatMessage> GetEnumerator() => this;

    IEnumerator IEnumerable.GetEnumerator() => this;

    void IEnumerator.Reset()
    {
    }

    void IDisposable.Dispose()
    {
    }
}
