using TcpChat.Servers;

namespace TcpChat.Processes;

/// <summary>What a session has sent and received so far.</summary>
internal sealed record CountersFacts(SessionTotals Totals) : IFacts<CountersFacts>
{
    public static CountersFacts Read(BinaryReader reader) =>
        new(new SessionTotals(reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64()));

    public void Write(BinaryWriter writer)
    {
        writer.Write(Totals.MessagesReceived);
        writer.Write(Totals.MessagesSent);
        writer.Write(Totals.BytesReceived);
        writer.Write(Totals.BytesSent);
        writer.Write(Totals.DroppedMessages);
    }
}
