using System.Text.RegularExpressions;

namespace TcpChat.PowerShell.Tests.Host;

/// <summary>An example, run in tcpchat.</summary>
internal static partial class ExampleRun
{
    public static string Folder { get; } = Path.Combine(Repository.Root, "examples");

    public static string PathOf(string example) => Path.Combine(Folder, example);

    /// <summary>Runs it to its end and gives what it has shown; an error fails the test.</summary>
    public static async Task<string[]> LinesAsync(string example, params string[] arguments)
    {
        HostOutcome outcome = await HostProcess.RunAsync(["-File", PathOf(example), .. arguments]);
        Assert.Equal(string.Empty, outcome.Error);
        Assert.Equal(0, outcome.ExitCode);
        return outcome.Lines;
    }

    /// <summary>Runs it with no arguments; it must show what examples/README.md says.</summary>
    public static async Task<string[]> AsReadmeShowsAsync(string example)
    {
        string[] lines = await LinesAsync(example);
        Assert.Equal(ReadmeLines(example), lines.Select(Mask));
        return lines;
    }

    /// <summary>What examples/README.md says that an example shows, masked as <see cref="Mask"/> does.</summary>
    public static string[] ReadmeLines(string example)
    {
        string[] readme = File.ReadAllLines(PathOf("README.md"));
        int heading = Array.IndexOf(readme, $"## {example}");
        Assert.True(heading >= 0, $"examples/README.md has no section {example}.");
        return
        [
            .. readme.Skip(heading).SkipWhile(static line => line != "```text").Skip(1).TakeWhile(static line => line != "```")
                .Where(static line => line.Length > 0 && (OperatingSystem.IsLinux() || !line.EndsWith("in the accept queue", StringComparison.Ordinal)))
                .Select(Mask),
        ];
    }

    /// <summary>Puts stars for what is another each time: ports, checksums, and blanks at the end of a table's line.</summary>
    private static string Mask(string line) => Varying().Replace(line, "*").TrimEnd();

    [GeneratedRegex(@"(?<=127\.0\.0\.1:)\d+|(?<=SHA-256 )[0-9A-F]+")]
    private static partial Regex Varying();
}
