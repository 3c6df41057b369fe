namespace TcpChat.Consoles;

/// <summary>Where lines come from when there is no keyboard.</summary>
internal interface ILineSource
{
    /// <summary>Reads the next line; null at the end of the input. Never fails. A read that has not ended is given again.</summary>
    Task<string?> ReadAsync();

    /// <summary>Says that what the last read gave was used.</summary>
    void Advance();
}
