namespace TcpChat.Processes;

/// <summary>The server wants a process to stop.</summary>
/// <param name="Timeout">How long its session may take to close.</param>
internal sealed record StopFacts(TimeSpan Timeout) : IFacts<StopFacts>
{
    public static StopFacts Read(BinaryReader reader) => new(reader.ReadTime());

    public void Write(BinaryWriter writer) => writer.WriteTime(Timeout);
}
