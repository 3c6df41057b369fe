using System.Text.RegularExpressions;

namespace TcpChat.PowerShell.Tests.Help;

/// <summary>An example of a page.</summary>
/// <param name="Title">Its heading.</param>
/// <param name="Code">What is typed.</param>
/// <param name="Output">What is seen then, where the page says it.</param>
internal sealed partial record PageExample(string Title, string Code, string? Output)
{
    /// <summary>True where the heading says that the example shows an error.</summary>
    public bool ShowsError => Title.Contains("error", StringComparison.OrdinalIgnoreCase);

    public static PageExample Parse(string title, string body)
    {
        Match output = OutputBlock().Match(body);
        return new PageExample(
            title,
            string.Join('\n', CodeBlock().Matches(body).Select(static m => m.Groups["code"].Value.TrimEnd())),
            output.Success ? output.Groups["text"].Value.TrimEnd() : null);
    }

    [GeneratedRegex(@"^```powershell\n(?<code>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex CodeBlock();

    [GeneratedRegex(@"^```output\n(?<text>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex OutputBlock();
}
