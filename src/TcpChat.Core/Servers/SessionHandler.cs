using TcpChat.Sessions;

namespace TcpChat.Servers;

/// <summary>
/// What answers a session. It is called when the session begins, unless that was stopped before; it must return at once,
/// and gives a task that ends when it has answered all it wants to: then the session is closed in order, or with
/// <see cref="CloseReason.HandlerFailed"/> where the task has failed. A session whose peer has closed its side stays half
/// closed until then, however long that takes.
/// </summary>
/// <param name="session">The session, which has read nothing yet.</param>
/// <param name="stop">Cancelled when the handler must end, whatever it is doing.</param>
public delegate Task SessionHandler(ChatSession session, CancellationToken stop);
