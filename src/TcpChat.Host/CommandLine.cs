using System.Text;

namespace TcpChat.Host;

/// <summary>What the program was started to do.</summary>
internal enum LaunchMode
{
    Prompt,
    StandardInput,
    Command,
    File,
    Version,
    Help,
    Refused,
}

/// <summary>The command line, read as pwsh reads its own. Pure: it opens nothing and prints nothing.</summary>
internal sealed record CommandLine
{
    public LaunchMode Mode { get; private set; } = LaunchMode.Prompt;

    /// <summary>The command's text, or the script's path as it was given.</summary>
    public string Text { get; private set; } = "";

    public IReadOnlyList<ScriptArgument> Arguments { get; private set; } = [];

    public string? WorkingDirectory { get; private set; }

    public bool NonInteractive { get; private set; }

    public bool NoExit { get; private set; }

    public bool NoLogo { get; private set; }

    /// <summary>Why the command line was refused.</summary>
    public string? Error { get; private set; }

    /// <summary>Reads the words of the command line.</summary>
    /// <param name="words">The words, without the program's own name.</param>
    /// <param name="isFile">Whether a path names a file.</param>
    /// <param name="isInputRedirected">Whether standard input is something else than a terminal.</param>
    public static CommandLine Parse(IReadOnlyList<string> words, Func<string, bool> isFile, bool isInputRedirected)
    {
        var line = new CommandLine();
        var reader = new Reader(line, words, isFile, isInputRedirected);
        reader.ReadAll();
        if (line.Mode == LaunchMode.Prompt && isInputRedirected)
        {
            line.Mode = LaunchMode.StandardInput;
        }

        return line;
    }

    private sealed class Reader(CommandLine line, IReadOnlyList<string> words, Func<string, bool> isFile, bool isInputRedirected)
    {
        private int _next;

        public void ReadAll()
        {
            while (_next < words.Count && line.Error is null)
            {
                string word = words[_next].Trim();
                HostSwitch? found = HostSwitch.Find(word);
                if (found is null)
                {
                    ReadFile();
                    return;
                }

                _next++;
                if (!Read(found))
                {
                    return;
                }
            }
        }

        /// <summary>Takes one switch; false when nothing on the line after it is ours to read.</summary>
        private bool Read(HostSwitch found)
        {
            switch (found.Meaning)
            {
                case SwitchMeaning.Version:
                    line.Mode = LaunchMode.Version;
                    return false;
                case SwitchMeaning.Help:
                    line.Mode = LaunchMode.Help;
                    return false;
                case SwitchMeaning.NoExit:
                    line.NoExit = true;
                    return true;
                case SwitchMeaning.NoLogo:
                    line.NoLogo = true;
                    return true;
                case SwitchMeaning.NonInteractive:
                    line.NonInteractive = true;
                    return true;
                case SwitchMeaning.Interactive:
                    line.NonInteractive = false;
                    return true;
                case SwitchMeaning.Ignored:
                    return true;
                case SwitchMeaning.IgnoredWithValue:
                    return TakeValue(found) is not null;
                case SwitchMeaning.TextFormat:
                    return TakeFormat(found);
                case SwitchMeaning.WorkingDirectory:
                    line.WorkingDirectory = TakeValue(found);
                    return line.WorkingDirectory is not null;
                case SwitchMeaning.Command:
                    ReadCommand(found);
                    return false;
                case SwitchMeaning.CommandWithArgs:
                    ReadCommandWithArgs(found);
                    return false;
                case SwitchMeaning.EncodedCommand:
                    return ReadEncodedCommand(found);
                case SwitchMeaning.File:
                    ReadFile();
                    return false;
                default:
                    Refuse($"tcpchat does not have the switch -{found.Name} of pwsh.");
                    return false;
            }
        }

        private void ReadCommand(HostSwitch found)
        {
            if (TakeCommandStart(found) is not { } first)
            {
                return;
            }

            if (first != "-")
            {
                SetCommand(string.Join(' ', words.Skip(_next - 1)));
            }
            else if (_next < words.Count)
            {
                Refuse("Nothing can follow '-Command -': the commands come from standard input.");
            }
            else if (!isInputRedirected)
            {
                Refuse("'-Command -' was given, but standard input is a terminal and not redirected.");
            }
            else
            {
                line.Mode = LaunchMode.StandardInput;
            }
        }

        private void ReadCommandWithArgs(HostSwitch found)
        {
            if (TakeCommandStart(found) is { } text)
            {
                SetCommand(text);
                line.Arguments = ScriptArgument.ReadAll(words.Skip(_next));
            }
        }

        private bool ReadEncodedCommand(HostSwitch found)
        {
            if (TakeCommandStart(found) is not { } encoded)
            {
                return false;
            }

            try
            {
                SetCommand(Encoding.Unicode.GetString(Convert.FromBase64String(encoded)));
                return true;
            }
            catch (FormatException)
            {
                Refuse("The value of -EncodedCommand is not a Base64 string.");
                return false;
            }
        }

        private string? TakeCommandStart(HostSwitch found)
        {
            if (line.Mode == LaunchMode.Command)
            {
                Refuse("A command was already given: -Command, -CommandWithArgs and -EncodedCommand exclude one another.");
                return null;
            }

            if (_next >= words.Count)
            {
                Refuse($"A command must follow -{found.Name}.");
                return null;
            }

            return words[_next++];
        }

        private void SetCommand(string text)
        {
            line.Mode = LaunchMode.Command;
            line.Text = text;
        }

        private void ReadFile()
        {
            if (_next >= words.Count)
            {
                Refuse("The path of a script must follow -File.");
                return;
            }

            string path = words[_next++];
            if (path == "-")
            {
                line.Mode = LaunchMode.StandardInput;
                return;
            }

            if (!isFile(path))
            {
                Refuse($"The argument '{path}' is not recognized as the name of a script file. "
                    + "Check the spelling of the name, or if a path was included, verify that the path is correct and try again.");
                return;
            }

            line.Mode = LaunchMode.File;
            line.Text = path;
            line.Arguments = ScriptArgument.ReadAll(words.Skip(_next));
        }

        private bool TakeFormat(HostSwitch found)
        {
            if (TakeValue(found) is not { } format)
            {
                return false;
            }

            if (!format.Equals("Text", StringComparison.OrdinalIgnoreCase))
            {
                Refuse($"tcpchat knows only the value Text of -{found.Name}, not '{format}'.");
                return false;
            }

            return true;
        }

        private string? TakeValue(HostSwitch found)
        {
            if (_next < words.Count)
            {
                return words[_next++];
            }

            Refuse($"A value must follow -{found.Name}.");
            return null;
        }

        private void Refuse(string reason)
        {
            line.Mode = LaunchMode.Refused;
            line.Error = reason;
        }
    }
}
