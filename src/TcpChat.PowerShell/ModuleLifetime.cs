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
        (var servers, var clients) = ChatRegistry.OwnedByCurrentRunspace();
        Task.WhenAll(
                servers.Select(static s => s.StopAsync(s_timeout)).Concat(clients.Select(static c => c.CloseAsync(s_timeout))))
            .GetAwaiter().GetResult();
    }
}
