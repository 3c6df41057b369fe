using TcpChat.Errors;
using TcpChat.Servers;
using TcpChat.Sessions;

namespace TcpChat.Processes;

/// <summary>A connection that a process has not admitted.</summary>
internal sealed record RejectedFacts(RejectedConnection Rejection) : IFacts<RejectedFacts>
{
    public static RejectedFacts Read(BinaryReader reader) => new(new RejectedConnection(
        AcceptedFacts.ToEndPoint(reader.ReadString()),
        (CloseReason)reader.ReadInt32(),
        new ChatException((ChatErrorCode)reader.ReadInt32(), reader.ReadString()),
        DateTime.FromBinary(reader.ReadInt64())));

    public void Write(BinaryWriter writer)
    {
        writer.Write($"{Rejection.RemoteEndPoint}");
        writer.Write((int)Rejection.Reason);
        writer.Write((int)Rejection.Error.Code);
        writer.Write(Rejection.Error.Message);
        writer.Write(Rejection.Time.ToBinary());
    }
}
