using System.Management.Automation;
using TcpChat.Registry;

namespace TcpChat.Jobs;

/// <summary>
/// Shows the servers that this runspace has started to Get-Job and its like. The engine finds this class by itself when the
/// module is imported. Receive-Job -AutoRemoveJob can remove a <see cref="Job2"/> only where an adapter knows it, which is
/// why the jobs are not simply put into the runspace's job repository.
/// </summary>
public sealed class TcpChatJobSourceAdapter : JobSourceAdapter
{
    /// <summary>Makes the adapter; called by the engine.</summary>
    public TcpChatJobSourceAdapter() => Name = nameof(TcpChatJobSourceAdapter);

    /// <summary>Not supported: servers are started by Start-TcpChatServer.</summary>
    /// <exception cref="PSNotSupportedException">Always.</exception>
    public override Job2 NewJob(JobInvocationInfo specification) =>
        throw new PSNotSupportedException("Use Start-TcpChatServer to start a server.");

    /// <inheritdoc/>
    public override IList<Job2> GetJobs() => [.. ChatRegistry.OwnServers()];

    /// <inheritdoc/>
    public override IList<Job2> GetJobsByName(string name, bool recurse)
    {
        WildcardPattern pattern = WildcardPattern.Get(name, WildcardOptions.IgnoreCase);
        return Find(recurse, job => pattern.IsMatch(job.Name));
    }

    /// <inheritdoc/>
    public override IList<Job2> GetJobsByCommand(string command, bool recurse)
    {
        WildcardPattern pattern = WildcardPattern.Get(command, WildcardOptions.IgnoreCase);
        return Find(recurse, job => job.Command is not null && pattern.IsMatch(job.Command));
    }

    /// <inheritdoc/>
    public override IList<Job2> GetJobsByState(JobState state, bool recurse) => Find(recurse, job => job.JobStateInfo.State == state);

    /// <summary>By Id, Name, InstanceId, State, Command and so on: every key must be a property whose text matches.</summary>
    public override IList<Job2> GetJobsByFilter(Dictionary<string, object> filter, bool recurse) =>
        Find(recurse, job => filter.All(wanted => PropertyMatches(job, wanted.Key, wanted.Value)));

    /// <summary>From whichever thread and runspace: an id is of one job only, and jobs are removed from threads that have no runspace.</summary>
    public override Job2? GetJobByInstanceId(Guid instanceId, bool recurse) =>
        Find(recurse, job => job.InstanceId == instanceId, ChatRegistry.Servers).FirstOrDefault();

    /// <inheritdoc/>
    public override Job2? GetJobBySessionId(int id, bool recurse) => Find(recurse, job => job.Id == id).FirstOrDefault();

    /// <summary>Takes the job out of the list. Called under a lock of the engine's, so nothing is waited for.</summary>
    public override void RemoveJob(Job2 job)
    {
        if (job is TcpChatServerJob server)
        {
            ChatRegistry.Remove(server);
        }
    }

    private static List<Job2> Find(bool recurse, Func<Job2, bool> matches) => Find(recurse, matches, ChatRegistry.OwnServers());

    private static List<Job2> Find(bool recurse, Func<Job2, bool> matches, IReadOnlyList<TcpChatServerJob> servers)
    {
        List<Job2> found = [.. servers.Where(matches)];

        // Looking at children makes their jobs, so that is done only where it may find something.
        if (recurse && found.Count == 0)
        {
            found.AddRange(servers.SelectMany(static server => server.ChildJobs).OfType<Job2>().Where(matches));
        }

        return found;
    }

    private static bool PropertyMatches(Job2 job, string name, object wanted)
    {
        string? actual = PSObject.AsPSObject(job).Properties[name]?.Value?.ToString();
        return actual is not null && WildcardPattern.Get($"{wanted}", WildcardOptions.IgnoreCase).IsMatch(actual);
    }
}
