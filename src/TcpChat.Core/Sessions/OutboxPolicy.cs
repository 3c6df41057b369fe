namespace TcpChat.Sessions;

/// <summary>What happens to a message that does not fit into the outbox, because the peer does not read.</summary>
public enum OutboxPolicy
{
    /// <summary>The sender waits.</summary>
    Wait,

    /// <summary>The session is closed with <see cref="CloseReason.SlowReader"/>.</summary>
    Disconnect,

    /// <summary>The oldest messages that wait give way, and are counted.</summary>
    DropOldest,
}
