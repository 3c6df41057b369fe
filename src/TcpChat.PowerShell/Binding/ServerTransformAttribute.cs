using TcpChat.Jobs;
using TcpChat.Registry;

namespace TcpChat.Binding;

/// <summary>Takes a server by its job, its id or its name.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class ServerTransformAttribute : ReferenceTransformAttribute<TcpChatServerJob>
{
    protected override IReadOnlyList<TcpChatServerJob> FindById(int id) => ChatRegistry.FindServers(id);

    protected override IReadOnlyList<TcpChatServerJob> FindByName(string name) => ChatRegistry.FindServers(name);

    protected override bool IsLive(TcpChatServerJob item) => item.Server.IsListening;

    protected override string NotFound(object reference) =>
        $"There is no server with the id or name '{reference}'. Get-TcpChatServer lists all.";
}
