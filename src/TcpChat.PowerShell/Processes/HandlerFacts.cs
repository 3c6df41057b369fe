using System.Collections;
using System.Management.Automation;
using TcpChat.Handlers;

namespace TcpChat.Processes;

/// <summary>A handler on its way to another process.</summary>
internal sealed record HandlerFacts : IFacts<HandlerFacts>
{
    /// <summary>The block as text.</summary>
    public required string Text { get; init; }

    /// <summary>True where the block holds a whole conversation; false where it runs once for each message.</summary>
    public bool IsConversation { get; init; }

    /// <summary>True where the block says whether a connection is admitted.</summary>
    public bool IsAdmission { get; init; }

    /// <summary>The values of its $using: variables by the engine's keys, in CLIXML.</summary>
    public required string Using { get; init; }

    /// <summary>What a conversation gets after its session, in CLIXML.</summary>
    public required string Arguments { get; init; }

    /// <summary>The text of the initialization script.</summary>
    public string? Initialization { get; init; }

    /// <summary>What an error does.</summary>
    public HandlerErrorAction ErrorAction { get; init; }

    /// <summary>What the language may do inside.</summary>
    public PSLanguageMode LanguageMode { get; init; }

    /// <summary>The module's manifest.</summary>
    public required string ModulePath { get; init; }

    /// <summary>The current location inside.</summary>
    public required string Location { get; init; }

    public static HandlerFacts Of(HandlerOptions options) => new()
    {
        Text = options.Block.Text,
        IsConversation = options.IsConversation,
        IsAdmission = options.IsAdmission,
        Using = ObjectXml.WriteInput(options.Block.Using),
        Arguments = ObjectXml.WriteInput(options.Arguments),
        Initialization = options.Initialization?.ToString(),
        ErrorAction = options.ErrorAction,
        LanguageMode = options.LanguageMode,
        ModulePath = options.ModulePath,
        Location = options.Location,
    };

    public static HandlerFacts Read(BinaryReader reader) => new()
    {
        Text = reader.ReadString(),
        IsConversation = reader.ReadBoolean(),
        IsAdmission = reader.ReadBoolean(),
        Using = reader.ReadString(),
        Arguments = reader.ReadString(),
        Initialization = reader.ReadOptional(),
        ErrorAction = (HandlerErrorAction)reader.ReadInt32(),
        LanguageMode = (PSLanguageMode)reader.ReadInt32(),
        ModulePath = reader.ReadString(),
        Location = reader.ReadString(),
    };

    public void Write(BinaryWriter writer)
    {
        writer.Write(Text);
        writer.Write(IsConversation);
        writer.Write(IsAdmission);
        writer.Write(Using);
        writer.Write(Arguments);
        writer.WriteOptional(Initialization);
        writer.Write((int)ErrorAction);
        writer.Write((int)LanguageMode);
        writer.Write(ModulePath);
        writer.Write(Location);
    }

    /// <summary>The same for the one session of this process.</summary>
    public HandlerOptions ToOptions()
    {
        ScriptBlock? initialization = Initialization is null ? null : ScriptBlock.Create(Initialization);
        return new HandlerOptions
        {
            Block = new HandlerBlock(ScriptBlock.Create(Text), initialization, (Hashtable)ObjectXml.ReadInput(Using)!),
            IsConversation = IsConversation,
            IsAdmission = IsAdmission,
            Arguments = [.. (IEnumerable<object?>)((ArrayList)ObjectXml.ReadInput(Arguments)!).ToArray()],
            Initialization = initialization,
            ThrottleLimit = 1,
            ErrorAction = ErrorAction,
            LanguageMode = LanguageMode,
            ModulePath = ModulePath,
            Location = Location,
        };
    }
}
