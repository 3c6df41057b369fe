using System.Management.Automation;

namespace TcpChat.Processes;

/// <summary>An information record on its way to another process: its text, not the object behind it.</summary>
internal sealed record InformationFacts(string Text, string Source, string[] Tags) : IFacts<InformationFacts>
{
    public static InformationFacts Read(BinaryReader reader)
    {
        string text = reader.ReadString();
        string source = reader.ReadString();
        string[] tags = new string[reader.ReadInt32()];
        for (int i = 0; i < tags.Length; i++)
        {
            tags[i] = reader.ReadString();
        }

        return new InformationFacts(text, source, tags);
    }

    public void Write(BinaryWriter writer)
    {
        writer.Write(Text);
        writer.Write(Source);
        writer.Write(Tags.Length);
        Array.ForEach(Tags, writer.Write);
    }

    public static InformationFacts Of(InformationRecord record) => new($"{record.MessageData}", record.Source ?? string.Empty, [.. record.Tags]);

    public InformationRecord ToRecord()
    {
        InformationRecord record = new(Text, Source);
        record.Tags.AddRange(Tags);
        return record;
    }
}
