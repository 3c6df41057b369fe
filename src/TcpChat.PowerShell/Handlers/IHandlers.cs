using TcpChat.Jobs;
using TcpChat.Sessions;

namespace TcpChat.Handlers;

/// <summary>What answers the sessions of a server; its job owns it.</summary>
internal interface IHandlers : IDisposable
{
    /// <summary>Raised when the handler of a session has ended.</summary>
    event Action<ChatSession>? Ended;

    /// <summary>How many objects of each stream a connection's job keeps.</summary>
    int OutputLimit { get; }

    /// <summary>Says whose sessions these are; called once, before the first of them.</summary>
    void Attach(TcpChatServerJob server);

    /// <summary>The core's way in: one session, until its handler has ended.</summary>
    Task HandleAsync(ChatSession session, CancellationToken stop);

    /// <summary>How it stands with the handler of a session; null before it has begun and after it was forgotten.</summary>
    IHandlerOutcome? Find(ChatSession session);

    /// <summary>A session is looked at no more.</summary>
    void Forget(ChatSession session);
}
