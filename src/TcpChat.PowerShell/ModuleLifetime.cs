using System.Management.Automation;
using TcpChat.Registry;

namespace TcpChat;

/// <summary>Ends what a runspace has started when the module is removed from it.</summary>
public sealed class ModuleLifetime : IModuleAssemblyCleanup
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(2);

    /// <summary>Stops its servers and closes its client sessions, in order within two seconds, and then hard.</summary>
    public void OnRemove(PSModuleInfo psModuleInfo)
    {
        IEnumerable<Task> servers = ChatRegistry.OwnServers().Select(static server => server.StopAsync(s_timeout));
        IEnumerable<Task> clients = ChatRegistry.OwnClients().Select(static client => client.CloseAsync(s_timeout));
        Task.WhenAll(servers.Concat(clients)).GetAwaiter().GetResult();
    }
}
