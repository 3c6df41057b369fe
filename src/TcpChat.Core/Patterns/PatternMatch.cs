using System.Collections;
using System.Text.RegularExpressions;
using TcpChat.Sessions;

namespace TcpChat.Patterns;

/// <summary>What was waited for, as it was taken from a session.</summary>
public sealed class PatternMatch
{
    internal PatternMatch(ChatSession session, string before, PatternHit hit)
    {
        Session = session;
        Before = before;
        Match = hit.Match.Value;
        Pattern = hit.Pattern;
        foreach (Group group in hit.Match.Groups)
        {
            if (group.Success)
            {
                Groups[int.TryParse(group.Name, out int number) ? number : group.Name] = group.Value;
            }
        }
    }

    /// <summary>The text that matched.</summary>
    public string Match { get; }

    /// <summary>The groups that took part, by number and name, as in PowerShell's <c>$Matches</c>: 0 is the whole match.</summary>
    public Hashtable Groups { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>What came before the match. It has been taken too.</summary>
    public string Before { get; }

    /// <summary>Which of the patterns it was.</summary>
    public string Pattern { get; }

    /// <summary>The session it came by.</summary>
    public ChatSession Session { get; }

    /// <summary>All that was taken: what came before, and the match.</summary>
    public string Text => Before + Match;

    /// <summary>The text that matched.</summary>
    public override string ToString() => Match;
}
