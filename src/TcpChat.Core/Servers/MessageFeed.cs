using System.Collections.Concurrent;
using TcpChat.Sessions;

namespace TcpChat.Servers;

/// <summary>
/// Tells somebody of each message of a server, each session's in their order. Where messages wait in inboxes, they are taken
/// from there for it, like by anyone who receives: those that wait already, and those that come. Where something answers
/// them, it is told besides, from the loop that reads.
/// </summary>
/// <param name="inbox">Where the messages wait; null where something answers them.</param>
internal sealed class MessageFeed(ServerInbox? inbox)
{
    private readonly ConcurrentQueue<(ChatSession Session, Action<ChatSession> Tell)> _closed = new();
    private Action<ChatMessage>? _tell;
    private int _wakes;

    /// <summary>True while somebody is to be told.</summary>
    public bool IsWanted => Volatile.Read(ref _tell) is not null;

    /// <summary>Says who is told from now on; null: nobody. Not called by two threads at once.</summary>
    public void Use(Action<ChatMessage>? tell)
    {
        bool wasWanted = IsWanted;
        Volatile.Write(ref _tell, tell);
        if (inbox is null || wasWanted == IsWanted)
        {
            return;
        }

        if (wasWanted)
        {
            inbox.Filled -= Wake;
        }
        else
        {
            inbox.Filled += Wake;
            Wake();
        }
    }

    /// <summary>Tells of a message that something answers.</summary>
    public void Tell(ChatMessage message) => Volatile.Read(ref _tell)?.Invoke(message);

    /// <summary>Tells of a session's end when its messages have been told of.</summary>
    public void TellClosed(ChatSession session, Action<ChatSession> tell)
    {
        if (inbox is null || !IsWanted)
        {
            tell(session);
            return;
        }

        _closed.Enqueue((session, tell));
        Wake();
    }

    private void Wake(ChatSession session) => Wake();

    private void Wake()
    {
        if (Interlocked.Increment(ref _wakes) == 1)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static feed => feed.Run(), this, preferLocal: false);
        }
    }

    /// <summary>One at a time, so that the order is kept.</summary>
    private void Run()
    {
        int seen;
        do
        {
            seen = Volatile.Read(ref _wakes);
            while (TellNext())
            {
            }
        }
        while (Interlocked.CompareExchange(ref _wakes, 0, seen) != seen);
    }

    private bool TellNext()
    {
        // Looked at before a message is taken: what is taken is told to someone.
        Action<ChatMessage>? tell = Volatile.Read(ref _tell);
        if (_closed.TryDequeue(out (ChatSession Session, Action<ChatSession> Tell) closed))
        {
            while (tell is not null && closed.Session.Inbox.TryTake(out ChatMessage? last))
            {
                tell(last);
            }

            closed.Tell(closed.Session);
            return true;
        }

        if (tell is null || !inbox!.TryTake(out ChatMessage? message))
        {
            return false;
        }

        tell(message);
        return true;
    }
}
