using TcpChat.Sessions;

namespace TcpChat.Processes;

/// <summary>How a session ended in the process that held it.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Error">The error behind the reason, where there is one.</param>
/// <param name="IsErrorRecorded">True where the handler's error stream has it already.</param>
internal sealed record EndedFacts(CloseReason Reason, ErrorFacts? Error, bool IsErrorRecorded) : IFacts<EndedFacts>
{
    public static EndedFacts Read(BinaryReader reader) =>
        new((CloseReason)reader.ReadInt32(), reader.ReadBoolean() ? ErrorFacts.Read(reader) : null, reader.ReadBoolean());

    public void Write(BinaryWriter writer)
    {
        writer.Write((int)Reason);
        writer.Write(Error is not null);
        Error?.Write(writer);
        writer.Write(IsErrorRecorded);
    }
}
