using System.Management.Automation;
using System.Text;

namespace TcpChat.PowerShell.Tests.Help;

public sealed class AboutTopicTests
{
    private const string Prompt = "PS> ";
    private const string MorePrompt = ">> ";
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(20);

    public static TheoryData<string> Topics => [.. HelpFiles.AboutTopics.Select(static file => Path.GetFileName(file).Replace(".help.txt", string.Empty, StringComparison.Ordinal))];

    [Fact]
    public void The_topics_are_there() =>
        Assert.Superset(
            new HashSet<string>(["about_TcpChat", "about_TcpChat_Sessions", "about_TcpChat_Jobs", "about_TcpChat_Framing", "about_TcpChat_Handlers", "about_TcpChat_Conversations", "about_TcpChat_Tls"]),
            Topics.Select(static row => row.Data).ToHashSet());

    [Theory]
    [MemberData(nameof(Topics))]
    public void A_topic_is_UTF_8_without_a_mark_in_lines_of_80_columns_at_most(string topic)
    {
        byte[] bytes = File.ReadAllBytes(FileOf(topic));
        string text = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(bytes);
        Assert.False(text.StartsWith('\uFEFF'), "It begins with a byte order mark.");
        Assert.All(text.ReplaceLineEndings("\n").Split('\n'), static line => Assert.True(line.Length <= 80, $"{line.Length} columns: {line}"));
        Assert.Contains($"TOPIC\n    {topic}\n\nSHORT DESCRIPTION\n", text.ReplaceLineEndings("\n"), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Topics))]
    public void Get_Help_finds_the_topic(string topic)
    {
        using ModuleRunspace runspace = new();
        PSObject help = Assert.Single(runspace.Invoke(shell => shell.AddCommand("Get-Help").AddParameter("Name", topic)));
        Assert.Contains("LONG DESCRIPTION", help.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Topics))]
    public void What_is_typed_in_a_topic_gives_what_the_topic_shows(string topic)
    {
        using ModuleRunspace runspace = new();
        foreach ((string command, string shown) in Dialogue(File.ReadAllLines(FileOf(topic))))
        {
            (IReadOnlyList<string> output, IReadOnlyList<string> errors) = runspace.Run(command, s_limit);
            Assert.Empty(errors);
            Assert.Equal($"{command}\n{shown}", $"{command}\n{string.Join('\n', output)}");
        }
    }

    private static string FileOf(string topic) => Path.Combine(HelpFiles.Maml, topic + ".help.txt");

    /// <summary>What follows a prompt, and the lines below it up to the next prompt or an empty line.</summary>
    private static IEnumerable<(string Command, string Shown)> Dialogue(string[] lines)
    {
        for (int i = 0; i < lines.Length; i++)
        {
            string line = lines[i].Trim();
            if (!line.StartsWith(Prompt, StringComparison.Ordinal))
            {
                continue;
            }

            StringBuilder command = new(line[Prompt.Length..]);
            List<string> shown = [];
            while (i + 1 < lines.Length && lines[i + 1].Trim() is { Length: > 0 } next && !next.StartsWith(Prompt, StringComparison.Ordinal))
            {
                i++;
                if (next.StartsWith(MorePrompt, StringComparison.Ordinal))
                {
                    command.Append('\n').Append(next[MorePrompt.Length..]);
                }
                else
                {
                    shown.Add(next);
                }
            }

            yield return (command.ToString(), string.Join('\n', shown));
        }
    }
}
