namespace TcpChat.Processes;

/// <summary>What a frame says. Written field by field: a serializer that has to be loaded first makes the start of a process much slower.</summary>
/// <typeparam name="TSelf">The facts themselves.</typeparam>
internal interface IFacts<TSelf>
    where TSelf : IFacts<TSelf>
{
    /// <summary>Reads what <see cref="Write"/> has written.</summary>
    static abstract TSelf Read(BinaryReader reader);

    /// <summary>Writes all fields.</summary>
    void Write(BinaryWriter writer);
}
