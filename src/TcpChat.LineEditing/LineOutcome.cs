namespace TcpChat.LineEditing;

/// <summary>What a key made of the line.</summary>
internal enum LineOutcome
{
    /// <summary>It is still being edited.</summary>
    Editing,

    /// <summary>It is finished: Enter.</summary>
    Accepted,

    /// <summary>It was dropped: Ctrl+C.</summary>
    Interrupted,

    /// <summary>There will be no more: Ctrl+D on an empty line.</summary>
    EndOfInput,
}
