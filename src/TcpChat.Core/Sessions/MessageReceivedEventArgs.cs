namespace TcpChat.Sessions;

/// <summary>A session has received a message.</summary>
public sealed class MessageReceivedEventArgs(ChatMessage message) : SessionEventArgs(message.Session)
{
    /// <summary>The message.</summary>
    public ChatMessage Message { get; } = message;
}
