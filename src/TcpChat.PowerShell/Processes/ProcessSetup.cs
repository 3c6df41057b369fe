using TcpChat.Servers;

namespace TcpChat.Processes;

/// <summary>All that a process needs to serve a connection of a server.</summary>
internal sealed record ProcessSetup : IFacts<ProcessSetup>
{
    /// <summary>Opens the listening socket.</summary>
    public byte[] Ticket { get; init; } = [];

    /// <summary>How the session behaves.</summary>
    public required SessionFacts Session { get; init; }

    /// <summary>What the client is greeted with.</summary>
    public string? Greeting { get; init; }

    /// <summary>What a connection has to pass first.</summary>
    public required AdmissionFacts Admission { get; init; }

    /// <summary>The script that is asked about each connection.</summary>
    public HandlerFacts? OnConnect { get; init; }

    /// <summary>What happens with messages, where there is no handler.</summary>
    public ServerAnswer Answer { get; init; }

    /// <summary>What answers.</summary>
    public HandlerFacts? Handler { get; init; }

    /// <summary>The server.</summary>
    public required ServerFacts Server { get; init; }

    /// <summary>Environment variables that were set only for the start, with their values before.</summary>
    public Dictionary<string, string?> Environment { get; init; } = [];

    public static ProcessSetup Read(BinaryReader reader)
    {
        ProcessSetup setup = new()
        {
            Ticket = reader.ReadBytes(),
            Session = SessionFacts.Read(reader),
            Greeting = reader.ReadOptional(),
            Admission = AdmissionFacts.Read(reader),
            OnConnect = reader.ReadBoolean() ? HandlerFacts.Read(reader) : null,
            Answer = (ServerAnswer)reader.ReadInt32(),
            Handler = reader.ReadBoolean() ? HandlerFacts.Read(reader) : null,
            Server = ServerFacts.Read(reader),
        };
        for (int variables = reader.ReadInt32(); variables > 0; variables--)
        {
            setup.Environment.Add(reader.ReadString(), reader.ReadOptional());
        }

        return setup;
    }

    public void Write(BinaryWriter writer)
    {
        writer.WriteBytes(Ticket);
        Session.Write(writer);
        writer.WriteOptional(Greeting);
        Admission.Write(writer);
        writer.Write(OnConnect is not null);
        OnConnect?.Write(writer);
        writer.Write((int)Answer);
        writer.Write(Handler is not null);
        Handler?.Write(writer);
        Server.Write(writer);
        writer.Write(Environment.Count);
        foreach ((string name, string? value) in Environment)
        {
            writer.Write(name);
            writer.WriteOptional(value);
        }
    }
}
