using System.Globalization;
using TcpChat.Display;

namespace TcpChat.Consoles;

/// <summary>The lines of a conversation as a console shows them: nothing that came from the network is obeyed by a terminal.</summary>
internal static class ConsoleText
{
    // Further lines of a message cannot pass for lines of someone else: only the first one has a time.
    private const string Continuation = "         | ";

    /// <summary>Who said what and when.</summary>
    public static string Say(DateTime when, string who, string text)
    {
        string[] lines = text.Replace("\r\n", "\n", StringComparison.Ordinal).TrimEnd('\n').Split('\n');
        return At(when, $"{who} say:{string.Join('\n' + Continuation, lines.Select(DisplayText.Clean))}");
    }

    /// <summary>What has happened and when.</summary>
    public static string At(DateTime when, string what) => $"{when.ToString("HH:mm:ss", CultureInfo.InvariantCulture)} {what}";
}
