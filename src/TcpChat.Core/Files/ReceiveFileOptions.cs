namespace TcpChat.Files;

/// <summary>What of a session's messages belongs to a file, and whether the file may be there already.</summary>
public sealed record ReceiveFileOptions
{
    /// <summary>With the framing Raw: how many bytes it is. Unless set, all until the peer has ended its sending.</summary>
    public long? Length { get; init; }

    /// <summary>With the framings Line and Delimiter: how many messages it is. Unless set, all until the peer has ended its sending.</summary>
    public long? Count { get; init; }

    /// <summary>Writes over a file that is there.</summary>
    public bool Overwrite { get; init; }
}
