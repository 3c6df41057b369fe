using TcpChat.Sessions;

namespace TcpChat.Servers;

/// <summary>Counters of one session, or of many together.</summary>
/// <param name="MessagesReceived">Whole messages received.</param>
/// <param name="MessagesSent">Messages sent or waiting in an outbox.</param>
/// <param name="BytesReceived">Bytes read from the wire.</param>
/// <param name="BytesSent">Bytes handed to the system for sending.</param>
/// <param name="DroppedMessages">Messages dropped because a queue was full.</param>
public readonly record struct SessionTotals(
    long MessagesReceived, long MessagesSent, long BytesReceived, long BytesSent, long DroppedMessages)
{
    /// <summary>The counters of one session.</summary>
    public static SessionTotals Of(ChatSession session) => new(
        session.MessagesReceived, session.MessagesSent, session.BytesReceived, session.BytesSent, session.DroppedMessages);

    /// <summary>The counters of both together.</summary>
    public static SessionTotals operator +(SessionTotals left, SessionTotals right) => left.Add(right);

    /// <summary>The counters of both together.</summary>
    public SessionTotals Add(SessionTotals other) => new(
        MessagesReceived + other.MessagesReceived,
        MessagesSent + other.MessagesSent,
        BytesReceived + other.BytesReceived,
        BytesSent + other.BytesSent,
        DroppedMessages + other.DroppedMessages);
}
