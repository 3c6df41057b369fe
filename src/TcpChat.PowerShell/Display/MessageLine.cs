using System.Globalization;
using TcpChat.Sessions;

namespace TcpChat.Display;

/// <summary>A message as a line of conversation: when, who, what.</summary>
public static class MessageLine
{
    /// <summary>For example: <c>11:20:03 127.0.0.1:50312: Hi!</c></summary>
    public static string Format(ChatMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        return $"{message.ReceivedAt.ToString("HH:mm:ss", CultureInfo.InvariantCulture)} {DisplayText.Clean(message.Sender)}: {DisplayText.Clean(message.Text)}";
    }
}
