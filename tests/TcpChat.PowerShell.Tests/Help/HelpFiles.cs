namespace TcpChat.PowerShell.Tests.Help;

/// <summary>Where the manifest, the pages and the help files lie.</summary>
internal static class HelpFiles
{
    public static string Root { get; } = FindRoot();

    public static string Manifest { get; } = Path.Combine(Root, "TcpChat.psd1");

    public static string Pages { get; } = Path.Combine(Root, "docs", "en-US");

    public static string ModulePage { get; } = Path.Combine(Pages, "TcpChat.md");

    public static string Maml { get; } = Path.Combine(Root, "docs", "maml", "en-US");

    public static string CommandHelp { get; } = Path.Combine(Maml, "TcpChat.PowerShell.dll-Help.xml");

    public static IReadOnlyList<string> AboutTopics { get; } = [.. Directory.GetFiles(Maml, "about_*.help.txt").Order(StringComparer.Ordinal)];

    /// <summary>The names of the commands that have a page.</summary>
    public static IReadOnlyList<string> DocumentedCommands { get; } =
        [.. Directory.GetFiles(Pages, "*-*.md").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal)];

    private static string FindRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "TcpChat.psd1")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new DirectoryNotFoundException("TcpChat.psd1 lies in no folder above the tests.");
    }
}
