using TcpChat.Sessions;

namespace TcpChat.Servers;

/// <summary>
/// The sessions of a server that are over. Those with messages that nobody has taken are kept for the one who will;
/// of the others the last few, to be looked at. Both are bounded: a quarter above their limits they are cut back to them,
/// so that a close costs little. Not safe for several threads at once.
/// </summary>
internal sealed class EndedSessions(int limit, int unreadLimit)
{
    private readonly LinkedList<ChatSession> _sessions = new();
    private int _cutBackAt = limit + (limit / 4);

    public IEnumerable<ChatSession> All => _sessions;

    /// <summary>Messages that were given up because too many ended sessions had some.</summary>
    public long DroppedMessages { get; private set; }

    /// <summary>Adds one, and gives back those that are not kept any longer.</summary>
    public List<ChatSession> Add(ChatSession session)
    {
        _sessions.AddLast(session);
        List<ChatSession> gone = [];
        if (_sessions.Count <= _cutBackAt)
        {
            return gone;
        }

        int read = _sessions.Count(static s => s.Inbox.Count == 0);
        int unread = _sessions.Count - read;
        for (LinkedListNode<ChatSession>? node = _sessions.First; node is not null && (read > limit || unread > unreadLimit);)
        {
            LinkedListNode<ChatSession> current = node;
            node = node.Next;
            int waiting = current.Value.Inbox.Count;
            if (waiting == 0 ? read > limit : unread > unreadLimit)
            {
                _ = waiting == 0 ? read-- : unread--;
                while (current.Value.Inbox.TryTake(out _))
                {
                    DroppedMessages++;
                }

                _sessions.Remove(current);
                gone.Add(current.Value);
            }
        }

        _cutBackAt = _sessions.Count + (limit / 4);
        return gone;
    }

    public void Clear() => _sessions.Clear();
}
