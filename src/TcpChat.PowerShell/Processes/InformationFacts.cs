using System.Management.Automation;

namespace TcpChat.Processes;

/// <summary>An information record on its way to another process: its text, not the object behind it.</summary>
internal sealed record InformationFacts(string Text, string Source, string[] Tags)
{
    public static InformationFacts Of(InformationRecord record) => new($"{record.MessageData}", record.Source ?? string.Empty, [.. record.Tags]);

    public InformationRecord ToRecord()
    {
        InformationRecord record = new(Text, Source);
        record.Tags.AddRange(Tags);
        return record;
    }
}
