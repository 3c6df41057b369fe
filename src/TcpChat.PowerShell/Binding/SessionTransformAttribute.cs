using TcpChat.Jobs;
using TcpChat.Registry;
using TcpChat.Sessions;

namespace TcpChat.Binding;

/// <summary>Takes a session by its object, its id or its name, or by its job or a message that came by it.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class SessionTransformAttribute : ReferenceTransformAttribute<ChatSession>
{
    protected override IReadOnlyList<ChatSession> FindById(int id) => ChatRegistry.FindSessions(id);

    protected override IReadOnlyList<ChatSession> FindByName(string name) => ChatRegistry.FindSessions(name);

    protected override ChatSession? FromOther(object other) => other switch
    {
        ChatMessage message => message.Session,
        TcpChatSessionJob job => job.Session,
        _ => null,
    };

    protected override bool IsLive(ChatSession item) => item.State != ChatSessionState.Closed;

    protected override string NotFound(object reference) =>
        reference is string name && ChatRegistry.FindServers(name).Count > 0
            ? $"There is no session with the name '{name}', but a server: name it by -Server."
            : $"There is no session with the id or name '{reference}'. Get-TcpChatSession lists all.";
}
