using System.Management.Automation;
using TcpChat.Jobs;
using TcpChat.Registry;

namespace TcpChat.Binding;

/// <summary>Takes a server by its job, its id or its name (wildcards too).</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class ServerTransformAttribute : ArgumentTransformationAttribute
{
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        Payload.Unwrap(inputData) is object[] list
            ? list.SelectMany(Find).ToArray()
            : Find(inputData).ToArray();

    private static IEnumerable<object> Find(object reference)
    {
        object bare = Payload.Unwrap(reference);
        IReadOnlyList<TcpChatServerJob>? found = bare switch
        {
            int id => ChatRegistry.FindServers(id),
            string name => PreferListening(ChatRegistry.FindServers(name)),
            _ => null,
        };
        return found switch
        {
            null => [bare],
            [] when bare is string pattern && WildcardPattern.ContainsWildcardCharacters(pattern) => [],
            [] => throw new ArgumentTransformationMetadataException($"There is no server with the id or name '{bare}'. Get-TcpChatServer lists all."),
            _ => found,
        };
    }

    // A name is often used again; the servers of that name that have stopped, and wait to be removed, are not meant then.
    private static IReadOnlyList<TcpChatServerJob> PreferListening(IReadOnlyList<TcpChatServerJob> found)
    {
        List<TcpChatServerJob> listening = [.. found.Where(static s => s.Server.IsListening)];
        return listening.Count > 0 ? listening : found;
    }
}
