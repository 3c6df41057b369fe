namespace TcpChat.Consoles;

/// <summary>Why a console has come back.</summary>
internal enum ConsoleEnd
{
    /// <summary>The user has left; the conversation goes on.</summary>
    Left,

    /// <summary>The conversation is over.</summary>
    Ended,
}
