using System.Management.Automation;

namespace TcpChat.Processes;

/// <summary>What a handler in another process sees of its server, as $Server: what it is, not the job.</summary>
/// <param name="Name">The job's name.</param>
/// <param name="Port">The port it listens at.</param>
/// <param name="Model">How it serves.</param>
/// <param name="ProcessId">The process it runs in.</param>
internal sealed record ServerFacts(string Name, int Port, string Model, int ProcessId) : IFacts<ServerFacts>
{
    public static ServerFacts Read(BinaryReader reader) => new(reader.ReadString(), reader.ReadInt32(), reader.ReadString(), reader.ReadInt32());

    public void Write(BinaryWriter writer)
    {
        writer.Write(Name);
        writer.Write(Port);
        writer.Write(Model);
        writer.Write(ProcessId);
    }

    /// <summary>What scripts see.</summary>
    public PSObject ToObject()
    {
        PSObject server = new();
        server.Properties.Add(new PSNoteProperty(nameof(Name), Name));
        server.Properties.Add(new PSNoteProperty(nameof(Port), Port));
        server.Properties.Add(new PSNoteProperty(nameof(Model), Model));
        server.Properties.Add(new PSNoteProperty(nameof(ProcessId), ProcessId));
        return server;
    }
}
