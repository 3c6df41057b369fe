using System.Collections;
using System.Management.Automation;
using TcpChat.Servers;
using TcpChat.Sessions;

namespace TcpChat.Jobs;

/// <summary>
/// A server's child jobs. Whoever enumerates gets a snapshot, because the engine enumerates while connections come and
/// go; a session's job is made when it is first looked at, so that an idle session costs none.
/// </summary>
internal sealed class SessionJobList(ChatServer server, Func<ChatSession, Job> getJob) : IList<Job>
{
    private readonly Lock _gate = new();
    private Job[] _snapshot = [];
    private int _version = -1;

    public int Count => server.AllSessions.Count;

    public bool IsReadOnly => true;

    public Job this[int index]
    {
        get => Snapshot()[index];
        set => throw ReadOnly();
    }

    public int IndexOf(Job item) => Array.IndexOf(Snapshot(), item);

    public bool Contains(Job item) => IndexOf(item) >= 0;

    public void CopyTo(Job[] array, int arrayIndex) => Snapshot().CopyTo(array, arrayIndex);

    public IEnumerator<Job> GetEnumerator() => ((IEnumerable<Job>)Snapshot()).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public void Add(Job item) => throw ReadOnly();

    public void Insert(int index, Job item) => throw ReadOnly();

    public bool Remove(Job item) => throw ReadOnly();

    public void RemoveAt(int index) => throw ReadOnly();

    public void Clear() => throw ReadOnly();

    private static NotSupportedException ReadOnly() => new("The child jobs of a server are its sessions; they come and go by themselves.");

    private Job[] Snapshot()
    {
        lock (_gate)
        {
            // Read before the sessions: what changes in between is seen by the next look.
            int version = server.Version;
            if (version != _version)
            {
                _snapshot = [.. server.AllSessions.Select(getJob)];
                _version = version;
            }

            return _snapshot;
        }
    }
}
