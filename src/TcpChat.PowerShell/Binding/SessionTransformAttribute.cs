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
            string name => PreferLive(ChatRegistry.FindSessions(name)),
            ChatMessage message => [message.Session],
            _ => null,
        };
        return found switch
        {
            null => [bare],
            [] when IsWildcard(bare) => [],
            [] => throw new ArgumentTransformationMetadataException(NotFound(bare)),
            _ => found,
        };
    }

    private static bool IsWildcard(object reference) => reference is string name && WildcardPattern.ContainsWildcardCharacters(name);

    private static string NotFound(object reference) =>
        reference is string name && ChatRegistry.FindServers(name).Count > 0
            ? $"There is no session with the name '{name}', but a server: name it by -Server."
            : $"There is no session with the id or name '{reference}'. Get-TcpChatSession lists all.";

    // A name is often used again, as after a reconnect; the sessions of that name that are over are not meant then.
    private static IReadOnlyList<ChatSession> PreferLive(IReadOnlyList<ChatSession> found)
    {
        List<ChatSession> live = [.. found.Where(static s => s.State != ChatSessionState.Closed)];
        return live.Count > 0 ? live : found;
    }
}
