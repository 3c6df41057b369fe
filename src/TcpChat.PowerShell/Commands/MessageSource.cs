using TcpChat.Jobs;
using TcpChat.Sessions;

namespace TcpChat.Commands;

/// <summary>Where Receive-TcpMessage takes messages from: a session, or all sessions of a server.</summary>
internal abstract class MessageSource
{
    /// <summary>The session or the server, as an error's target.</summary>
    public abstract object Target { get; }

    /// <summary>The session or the server, in a sentence.</summary>
    public abstract string Description { get; }

    /// <summary>Why no more messages come.</summary>
    public abstract string EndReason { get; }

    /// <summary>The error behind the reason, where there is one.</summary>
    public virtual Exception? Error => null;

    public static MessageSource Of(ChatSession session) => new OneSession(session);

    public static MessageSource Of(TcpChatServerJob server) => new OneServer(server);

    public abstract ChatMessage? TryTake();

    /// <summary>Waits until there is a message (true) or none will come any more (false).</summary>
    public abstract Task<bool> WaitToTakeAsync(CancellationToken cancellationToken);

    private sealed class OneSession(ChatSession session) : MessageSource
    {
        public override object Target => session;

        public override string Description => $"the session {session.Id} ({session.Name})";

        public override string EndReason => session.CloseReason?.ToString() ?? "closed";

        public override Exception? Error => session.Error;

        public override ChatMessage? TryTake() => session.Inbox.TryTake(out ChatMessage? message) ? message : null;

        public override Task<bool> WaitToTakeAsync(CancellationToken cancellationToken) => session.Inbox.WaitToTakeAsync(cancellationToken).AsTask();
    }

    private sealed class OneServer(TcpChatServerJob server) : MessageSource
    {
        public override object Target => server;

        public override string Description => $"the server {server.Name}";

        public override string EndReason => "it has stopped";

        public override ChatMessage? TryTake() => server.Server.Inbox.TryTake(out ChatMessage? message) ? message : null;

        public override Task<bool> WaitToTakeAsync(CancellationToken cancellationToken) => server.Server.Inbox.WaitToTakeAsync(cancellationToken).AsTask();
    }
}
