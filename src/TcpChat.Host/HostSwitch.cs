namespace TcpChat.Host;

/// <summary>What a switch asks for.</summary>
internal enum SwitchMeaning
{
    Version,
    Help,
    NoExit,
    NoLogo,
    NonInteractive,
    Interactive,
    Ignored,
    IgnoredWithValue,
    TextFormat,
    WorkingDirectory,
    Command,
    CommandWithArgs,
    EncodedCommand,
    File,
    Unsupported,
}

/// <summary>A switch of pwsh's command line and the shortest form that pwsh takes for it.</summary>
internal sealed record HostSwitch(string Name, string Shortest, SwitchMeaning Meaning)
{
    // In pwsh's order: the first that fits wins, which is what makes -e the encoded command and -ex the policy.
    private static readonly HostSwitch[] s_all =
    [
        new("Version", "v", SwitchMeaning.Version),
        new("Help", "h", SwitchMeaning.Help),
        new("?", "?", SwitchMeaning.Help),
        new("Login", "l", SwitchMeaning.Ignored),
        new("NoExit", "noe", SwitchMeaning.NoExit),
        new("NoProfile", "nop", SwitchMeaning.Ignored),
        new("NoLogo", "nol", SwitchMeaning.NoLogo),
        new("NonInteractive", "noni", SwitchMeaning.NonInteractive),
        new("SocketServerMode", "so", SwitchMeaning.Unsupported),
        new("ServerMode", "s", SwitchMeaning.Unsupported),
        new("NamedPipeServerMode", "nam", SwitchMeaning.Unsupported),
        new("SshServerMode", "sshs", SwitchMeaning.Unsupported),
        new("NoProfileLoadTime", "noprofileloadtime", SwitchMeaning.Ignored),
        new("Interactive", "i", SwitchMeaning.Interactive),
        new("ConfigurationFile", "configurationfile", SwitchMeaning.Unsupported),
        new("ConfigurationName", "config", SwitchMeaning.Unsupported),
        new("CustomPipeName", "cus", SwitchMeaning.Unsupported),
        new("CommandWithArgs", "commandwithargs", SwitchMeaning.CommandWithArgs),
        new("cwa", "cwa", SwitchMeaning.CommandWithArgs),
        new("Command", "c", SwitchMeaning.Command),
        new("WindowStyle", "w", SwitchMeaning.IgnoredWithValue),
        new("File", "f", SwitchMeaning.File),
        new("OutputFormat", "o", SwitchMeaning.TextFormat),
        new("of", "of", SwitchMeaning.TextFormat),
        new("InputFormat", "inp", SwitchMeaning.TextFormat),
        new("if", "if", SwitchMeaning.TextFormat),
        new("ExecutionPolicy", "ex", SwitchMeaning.IgnoredWithValue),
        new("ep", "ep", SwitchMeaning.IgnoredWithValue),
        new("EncodedCommand", "e", SwitchMeaning.EncodedCommand),
        new("ec", "ec", SwitchMeaning.EncodedCommand),
        new("EncodedArguments", "encodeda", SwitchMeaning.Unsupported),
        new("ea", "ea", SwitchMeaning.Unsupported),
        new("SettingsFile", "settings", SwitchMeaning.Unsupported),
        new("STA", "sta", SwitchMeaning.Unsupported),
        new("MTA", "mta", SwitchMeaning.Ignored),
        new("WorkingDirectory", "wo", SwitchMeaning.WorkingDirectory),
        new("wd", "wd", SwitchMeaning.WorkingDirectory),
    ];

    /// <summary>The switch that a word such as <c>-nop</c>, <c>--NoProfile</c> or <c>/?</c> means, or null.</summary>
    public static HostSwitch? Find(string word)
    {
        if (!ScriptArgument.StartsWithDash(word) && !word.StartsWith('/'))
        {
            return null;
        }

        string key = word[1..];
        if (key.Length > 0 && word[0] != '/' && key[0] == word[0])
        {
            key = key[1..];
        }

        return Array.Find(s_all, known => key.Length >= known.Shortest.Length
            && known.Name.StartsWith(key, StringComparison.OrdinalIgnoreCase));
    }
}
