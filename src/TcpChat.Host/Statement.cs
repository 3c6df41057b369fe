using System.Management.Automation.Language;

namespace TcpChat.Host;

/// <summary>Tells whether a text is only the beginning of a statement.</summary>
internal static class Statement
{
    public static bool IsIncomplete(string text)
    {
        Parser.ParseInput(text, out _, out ParseError[] errors);
        return Array.Exists(errors, error => error.IncompleteInput);
    }
}
