namespace TcpChat.Consoles;

/// <summary>What a console sits at: lines to show, and someone to send to. Used by one thread.</summary>
internal interface IConversation
{
    /// <summary>What stands before the line being typed. May change from line to line.</summary>
    string Prompt { get; }

    /// <summary>What is said before all else to someone who sits at a keyboard.</summary>
    IReadOnlyList<string> Opening { get; }

    /// <summary>Its own commands, without the slash, and what each does.</summary>
    IReadOnlyDictionary<string, string> Commands { get; }

    /// <summary>True when everything was taken and nothing more will come.</summary>
    bool HasEnded { get; }

    /// <summary>Takes the next line to show, harmless to a terminal; null where there is none now. What is not taken stays for others.</summary>
    string? Take();

    /// <summary>Ends when there may be something to take, or the conversation has ended.</summary>
    Task WaitToTakeAsync(CancellationToken cancellationToken);

    /// <summary>Says now to whom the text goes, and gives what sends it; that gives a sentence where it did not go everywhere.</summary>
    Func<CancellationToken, Task<string?>> Address(string text);

    /// <summary>Runs one of <see cref="Commands"/>; gives what to show.</summary>
    IReadOnlyList<string> Run(string command, string argument);
}
