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
            string name => ChatRegistry.FindServers(name),
            _ => null,
        };
        return found switch
        {
            null => [bare],
            [] => throw new ArgumentTransformationMetadataException($"There is no server with the id or name '{bare}'. Get-TcpChatServer lists all."),
            _ => found,
        };
    }
}
