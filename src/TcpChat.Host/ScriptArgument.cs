namespace TcpChat.Host;

/// <summary>One argument for the script: a name with its dash, a value, or both, as in <c>-Flag:$false</c>.</summary>
internal sealed record ScriptArgument(string? Name, object? Value)
{
    private static readonly char[] s_dashes = ['-', '\u2013', '\u2014', '\u2015'];

    /// <summary>Whether the word begins as a parameter does; an editor may have made a long dash of the short one.</summary>
    public static bool StartsWithDash(string word)
    {
        return word.Length > 0 && s_dashes.Contains(word[0]);
    }

    /// <summary>Reads the words after the script's path the way pwsh does: values stay strings, save true and false after a colon.</summary>
    public static List<ScriptArgument> ReadAll(IEnumerable<string> words)
    {
        var arguments = new List<ScriptArgument>();
        string? nameWaitingForValue = null;
        foreach (string word in words)
        {
            if (nameWaitingForValue is not null)
            {
                arguments.Add(new ScriptArgument(nameWaitingForValue, word));
                nameWaitingForValue = null;
                continue;
            }

            if (word.Length < 2 || !StartsWithDash(word))
            {
                arguments.Add(new ScriptArgument(null, word));
                continue;
            }

            int colon = word.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0)
            {
                arguments.Add(new ScriptArgument(word, null));
            }
            else if (colon == word.Length - 1)
            {
                nameWaitingForValue = word[..colon];
            }
            else
            {
                arguments.Add(new ScriptArgument(word[..colon], AsBooleanIfPossible(word[(colon + 1)..])));
            }
        }

        return arguments;
    }

    private static object AsBooleanIfPossible(string text)
    {
        return bool.TryParse(text.StartsWith('$') ? text[1..] : text, out bool value) ? value : text;
    }
}
