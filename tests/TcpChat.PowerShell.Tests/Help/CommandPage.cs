using System.Text.RegularExpressions;

namespace TcpChat.PowerShell.Tests.Help;

/// <summary>A command's page, in the markdown of PlatyPS.</summary>
internal sealed partial class CommandPage
{
    private readonly string _text;

    private CommandPage(string text)
    {
        _text = text;
        Synopsis = Section("SYNOPSIS").Trim();
        Syntax = [.. CodeBlocks().Matches(Section("SYNTAX")).Select(static m => Whitespace().Replace(m.Groups["code"].Value, " ").Trim())];
        Parameters = [.. Subsections(Section("PARAMETERS")).Where(static s => s.Title.StartsWith('-')).Select(static s => PageParameter.Parse(s.Title[1..], s.Body))];
        Inputs = [.. Subsections(Section("INPUTS")).Select(static s => s.Title)];
        Outputs = [.. Subsections(Section("OUTPUTS")).Select(static s => s.Title)];
        Examples = [.. Subsections(Section("EXAMPLES")).Select(static s => PageExample.Parse(s.Title, s.Body))];
        Notes = Section("NOTES");
        Links = [.. LinkNames().Matches(Section("RELATED LINKS")).Select(static m => m.Groups["name"].Value)];
    }

    public string Synopsis { get; }

    public IReadOnlyList<string> Syntax { get; }

    public IReadOnlyList<PageParameter> Parameters { get; }

    public IReadOnlyList<string> Inputs { get; }

    public IReadOnlyList<string> Outputs { get; }

    public IReadOnlyList<PageExample> Examples { get; }

    public string Notes { get; }

    public IReadOnlyList<string> Links { get; }

    public static CommandPage Load(string command) =>
        new(File.ReadAllText(Path.Combine(HelpFiles.Pages, command + ".md")).ReplaceLineEndings("\n"));

    /// <summary>The text under a heading of the second level. Headings inside code do not count.</summary>
    private string Section(string title) =>
        Regex.Match(_text, $@"^## {Regex.Escape(title)}\n(?<body>.*?)(?=^## [A-Z]|\z)", RegexOptions.Multiline | RegexOptions.Singleline).Groups["body"].Value;

    private static IEnumerable<(string Title, string Body)> Subsections(string section) =>
        ThirdLevel().Matches(section).Select(static m => (m.Groups["title"].Value.Trim(), m.Groups["body"].Value));

    [GeneratedRegex(@"^### (?<title>[^\n]+)\n(?<body>.*?)(?=^### |\z)", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex ThirdLevel();

    [GeneratedRegex(@"^```\n(?<code>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex CodeBlocks();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Whitespace();

    [GeneratedRegex(@"^- \[(?<name>[^\]]+)\]", RegexOptions.Multiline)]
    private static partial Regex LinkNames();
}
