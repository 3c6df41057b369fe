using System.Diagnostics;

namespace TcpChat.Consoles;

/// <summary>What is done with the lines that someone types, however they come: commands are run, all else is sent.</summary>
internal sealed class Talk(IConversation conversation, CancellationToken stop)
{
    /// <summary>What stands before what the console itself says; a line of the conversation begins with its time.</summary>
    public const string Mark = "-- ";

    private const string Exit = "exit";
    private const string Help = "help";

    /// <summary>How long leaving waits for lines that have not been sent.</summary>
    private static readonly TimeSpan s_sendLimit = TimeSpan.FromSeconds(5);

    private readonly SendQueue _sending = new(stop);

    /// <summary>True while a further line can be taken.</summary>
    public bool HasRoom => _sending.HasRoom;

    /// <summary>Lines that have not been sent.</summary>
    public int Unsent => _sending.Count;

    /// <summary>Ends when the line that is being sent now has gone; null where there is none.</summary>
    public Task? Sending => _sending.Current;

    /// <summary>The names of all commands, with their slash.</summary>
    public IEnumerable<string> CommandNames => conversation.Commands.Keys.Append(Exit).Append(Help).Select(static name => "/" + name).Order(StringComparer.Ordinal);

    /// <summary>Takes a line; false where it says to leave.</summary>
    public bool Enter(string line, List<string> show)
    {
        if (!line.StartsWith('/') || line.StartsWith("//", StringComparison.Ordinal))
        {
            _sending.Add(conversation.Address(line.StartsWith('/') ? line[1..] : line));
            return true;
        }

        string[] words = line[1..].Split(' ', 2, StringSplitOptions.TrimEntries);
        string command = words[0].ToLowerInvariant();
        switch (command)
        {
            case Exit:
                return false;
            case Help:
                show.AddRange(HelpLines());
                break;
            default:
                show.AddRange(conversation.Commands.ContainsKey(command)
                    ? conversation.Run(command, words.Length > 1 ? words[1] : string.Empty)
                    : [$"{Mark}Not sent: there is no such command. /help lists them; a text that begins with a slash is typed with two."]);
                break;
        }

        return true;
    }

    /// <summary>Sends what can go now; what could not go is told in <paramref name="show"/>.</summary>
    public void Send(List<string> show) => show.AddRange(_sending.Pump().Select(static problem => Mark + problem));

    /// <summary>Waits until all lines are sent, some seconds at most.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public void SendRest(List<string> show)
    {
        long begin = Stopwatch.GetTimestamp();
        Send(show);
        while (_sending.Current is { } sending && Stopwatch.GetElapsedTime(begin) < s_sendLimit)
        {
            Task.WaitAny([sending], (int)s_sendLimit.TotalMilliseconds, stop);
            Send(show);
        }
    }

    private IEnumerable<string> HelpLines() =>
    [
        .. conversation.Commands.Select(static c => $"{Mark}/{c.Key}  {c.Value}"),
        $"{Mark}/exit  leaves, as Ctrl+D on an empty line does",
        $"{Mark}//...  sends a text that begins with a slash",
    ];
}
