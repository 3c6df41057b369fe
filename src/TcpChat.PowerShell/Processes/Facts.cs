namespace TcpChat.Processes;

/// <summary>Facts as the payload of a frame. Both ends are the same build, so there is no version to heed.</summary>
internal static class Facts
{
    public static byte[] ToBytes<T>(T facts)
        where T : IFacts<T>
    {
        using MemoryStream stream = new();
        using BinaryWriter writer = new(stream);
        facts.Write(writer);
        return stream.ToArray();
    }

    /// <exception cref="InvalidDataException">The payload is not what its kind says.</exception>
    public static T Of<T>(Frame frame)
        where T : IFacts<T>
    {
        try
        {
            using BinaryReader reader = new(new MemoryStream(frame.Payload));
            return T.Read(reader);
        }
        catch (Exception e) when (e is IOException or FormatException or ArgumentException)
        {
            throw new InvalidDataException($"A frame {frame.Kind} between a server and a process of its handlers cannot be read: {e.Message}", e);
        }
    }

    public static void WriteOptional(this BinaryWriter writer, string? text)
    {
        writer.Write(text is not null);
        if (text is not null)
        {
            writer.Write(text);
        }
    }

    public static string? ReadOptional(this BinaryReader reader) => reader.ReadBoolean() ? reader.ReadString() : null;

    public static void WriteBytes(this BinaryWriter writer, byte[] bytes)
    {
        writer.Write(bytes.Length);
        writer.Write(bytes);
    }

    public static byte[] ReadBytes(this BinaryReader reader) => reader.ReadBytes(reader.ReadInt32());

    public static void WriteTime(this BinaryWriter writer, TimeSpan time) => writer.Write(time.Ticks);

    public static TimeSpan ReadTime(this BinaryReader reader) => new(reader.ReadInt64());
}
