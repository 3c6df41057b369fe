using System.Management.Automation;
using System.Management.Automation.Runspaces;
using TcpChat.Jobs;
using TcpChat.Sessions;

namespace TcpChat.Registry;

/// <summary>
/// The servers and client sessions of this process, whichever runspace made them, so that a session can be found and
/// used from every runspace. Each remembers the runspace that made it: removing the module there ends it.
/// </summary>
internal static class ChatRegistry
{
    /// <summary>Client sessions that are over are kept to be looked at, so many of them.</summary>
    private const int ClosedSessionLimit = 100;

    private static readonly Lock s_gate = new();
    private static readonly Dictionary<int, (TcpChatServerJob Job, Guid Owner)> s_servers = [];
    private static readonly Dictionary<int, (ChatSession Session, Guid Owner)> s_clients = [];
    private static readonly Queue<ChatSession> s_closed = new();

    private static Guid CurrentOwner => Runspace.DefaultRunspace?.InstanceId ?? Guid.Empty;

    /// <summary>All servers, by id; a stopped one until its job is removed.</summary>
    public static IReadOnlyList<TcpChatServerJob> Servers
    {
        get
        {
            lock (s_gate)
            {
                return [.. s_servers.Values.Select(static s => s.Job).OrderBy(static job => job.Id)];
            }
        }
    }

    /// <summary>The servers that this runspace has started, by id.</summary>
    public static IReadOnlyList<TcpChatServerJob> OwnServers()
    {
        Guid owner = CurrentOwner;
        lock (s_gate)
        {
            return [.. s_servers.Values.Where(s => s.Owner == owner).Select(static s => s.Job).OrderBy(static job => job.Id)];
        }
    }

    /// <summary>All sessions of either end, by id, the ended ones that are still kept among them.</summary>
    public static IReadOnlyList<ChatSession> Sessions
    {
        get
        {
            List<ChatSession> clients;
            lock (s_gate)
            {
                clients = [.. s_clients.Values.Select(static c => c.Session), .. s_closed];
            }

            return [.. clients.Concat(Servers.SelectMany(static s => s.AllSessions)).OrderBy(static s => s.Id)];
        }
    }

    public static IReadOnlyList<ChatSession> FindSessions(int id) => [.. Sessions.Where(s => s.Id == id)];

    public static IReadOnlyList<ChatSession> FindSessions(string name)
    {
        WildcardPattern pattern = WildcardPattern.Get(name, WildcardOptions.IgnoreCase);
        return [.. Sessions.Where(s => pattern.IsMatch(s.Name))];
    }

    public static IReadOnlyList<TcpChatServerJob> FindServers(int id) => [.. Servers.Where(s => s.Id == id)];

    public static IReadOnlyList<TcpChatServerJob> FindServers(string name)
    {
        WildcardPattern pattern = WildcardPattern.Get(name, WildcardOptions.IgnoreCase);
        return [.. Servers.Where(s => pattern.IsMatch(s.Name))];
    }

    public static void Add(TcpChatServerJob server)
    {
        lock (s_gate)
        {
            s_servers.Add(server.Id, (server, CurrentOwner));
        }
    }

    public static void Remove(TcpChatServerJob server)
    {
        lock (s_gate)
        {
            s_servers.Remove(server.Id);
        }
    }

    /// <summary>Adds a client session, which leaves by itself some time after it has ended.</summary>
    public static void Add(ChatSession session)
    {
        lock (s_gate)
        {
            s_clients.Add(session.Id, (session, CurrentOwner));
        }

        session.Closed += Retire;
        if (session.State == ChatSessionState.Closed)
        {
            Retire(session);
        }
    }

    /// <summary>The client sessions that this runspace has made and that are not over.</summary>
    public static IReadOnlyList<ChatSession> OwnClients()
    {
        Guid owner = CurrentOwner;
        lock (s_gate)
        {
            return [.. s_clients.Values.Where(c => c.Owner == owner).Select(static c => c.Session)];
        }
    }

    private static void Retire(ChatSession session)
    {
        lock (s_gate)
        {
            if (!s_clients.Remove(session.Id))
            {
                return;
            }

            s_closed.Enqueue(session);
            if (s_closed.Count > ClosedSessionLimit)
            {
                s_closed.Dequeue();
            }
        }
    }
}
