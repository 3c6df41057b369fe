using System.Collections;
using System.Management.Automation;
using TcpChat.Servers;
using TcpChat.Sessions;

namespace TcpChat.Jobs;

/// <summary>
/// A server's child jobs. Whoever enumerates gets a snapshot, because the engine enumerates while connections come and
/// go; a session's job is made when it is first looked at, so that an idle session costs none.
/// </summary>
#pragma warning disable CA1001 // A list is not disposed; what it counted on each thread goes with it, by the finalizer of the field.
internal sealed class SessionJobList(ChatServer server, Func<ChatSession, Job> getJob) : IList<Job>
#pragma warning restore CA1001
{
    private readonly Lock _gate = new();
    private readonly ThreadLocal<IReadOnlyList<ChatSession>?> _counted = new();
    private Job[] _snapshot = [];
    private int _version = -1;

    public int Count
    {
        get
        {
            _counted.Value = server.AllSessions;
            return _counted.Value.Count;
        }
    }

    public bool IsReadOnly => true;

    public Job this[int index]
    {
        get => Snapshot()[index];
        set => throw ReadOnly();
    }

    public int IndexOf(Job item) => Array.IndexOf(Snapshot(), item);

    public bool Contains(Job item) => IndexOf(item) >= 0;

    public void CopyTo(Job[] array, int arrayIndex)
    {
        // Whoever copies has made room for as many as he has counted; since then, connections may have come and gone.
        IReadOnlyList<ChatSession>? counted = _counted.Value;
        _counted.Value = null;
        Job[] jobs = counted?.Count == array.Length - arrayIndex ? JobsOf(counted) : Snapshot();
        jobs.CopyTo(array, arrayIndex);
    }

    public IEnumerator<Job> GetEnumerator() => ((IEnumerable<Job>)Snapshot()).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public void Add(Job item) => throw ReadOnly();

    public void Insert(int index, Job item) => throw ReadOnly();

    public bool Remove(Job item) => throw ReadOnly();

    public void RemoveAt(int index) => throw ReadOnly();

    public void Clear() => throw ReadOnly();

    private static NotSupportedException ReadOnly() => new("The child jobs of a server are its sessions; they come and go by themselves.");

    /// <summary>The job of one session.</summary>
    public Job JobOf(ChatSession session)
    {
        lock (_gate)
        {
            return getJob(session);
        }
    }

    private Job[] JobsOf(IReadOnlyList<ChatSession> sessions)
    {
        lock (_gate)
        {
            return [.. sessions.Select(getJob)];
        }
    }

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
