using System.Management.Automation;
using TcpChat.Registry;
using TcpChat.Sessions;

namespace TcpChat.Binding;

/// <summary>Takes a session by its object, its id or its name (wildcards too), or by a message that came by it.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class SessionTransformAttribute : ArgumentTransformationAttribute
{
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        Payload.Unwrap(inputData) is object[] list
            ? list.SelectMany(Find).ToArray()
            : Find(inputData).ToArray();

    private static IEnumerable<object> Find(object reference)
    {
        object bare = Payload.Unwrap(reference);
        IReadOnlyList<ChatSession>? found = bare switch
        {
            int id => ChatRegistry.FindSessions(id),
            string name => ChatRegistry.FindSessions(name),
            ChatMessage message => [message.Session],
            _ => null,
        };
        return found switch
        {
            null => [bare],
            [] => throw new ArgumentTransformationMetadataException($"There is no session with the id or name '{bare}'. Get-TcpChatSession lists all."),
            _ => found,
        };
    }
}
