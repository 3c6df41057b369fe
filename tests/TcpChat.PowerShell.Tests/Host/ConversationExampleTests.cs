namespace TcpChat.PowerShell.Tests.Host;

/// <summary>The examples of conversations, as they run where no server is named: against what they start themselves.</summary>
public sealed class ConversationExampleTests(Engine engine) : IClassFixture<Engine>
{
    [Theory]
    [InlineData("redis-conversation.ps1")]
    [InlineData("irc-channel.ps1")]
    [InlineData("smtp-delivery.ps1")]
    [InlineData("health-check.ps1")]
    [InlineData("fake-server.ps1")]
    [InlineData("lan-file-drop.ps1")]
    public Task It_shows_what_the_readme_says(string example) => ExampleRun.AsReadmeShowsAsync(example);

    [Fact]
    public void The_readme_has_a_section_for_each_and_for_no_other()
    {
        string[] sections =
        [
            .. File.ReadAllLines(ExampleRun.PathOf("README.md"))
                .Where(static line => line.StartsWith("## ", StringComparison.Ordinal))
                .Select(static line => line[3..]),
        ];
        Assert.Equal(
            Directory.GetFiles(ExampleRun.Folder, "*.ps1").Select(Path.GetFileName).Order(StringComparer.Ordinal),
            sections.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Irc_leaves_when_nobody_says_more()
    {
        string[] lines = await ExampleRun.LinesAsync("irc-channel.ps1", "-Say", "one", "-Hear", "2", "-TimeoutSec", "0.5");

        Assert.Equal(["<ada> one", "<echo> one, says ada", "System   nobody said more within 0.5 s", "System   left; answered 1 PING"], lines[^4..]);
    }

    [Fact]
    public async Task A_mail_that_is_refused_is_an_error_and_shows_the_answer_without_its_control_characters()
    {
        int port = engine.Get<int>(
            """
            $server = Start-TcpChatServer -LineEnding CrLf -Greeting '220 here' -OnMessage {
                if ("$_" -like 'RCPT *') { "550-No`e[2J", '550 never' } else { '250 OK' }
            }
            $server.Port
            """);
        HostOutcome outcome = await HostProcess.RunAsync("-File", ExampleRun.PathOf("smtp-delivery.ps1"), "-ComputerName", "127.0.0.1", "-Port", $"{port}");

        Assert.Equal(1, outcome.ExitCode);
        Assert.Equal(["Server   550-No?[2J", "Server   550 never"], outcome.Lines[^2..]);
        Assert.Contains("The server refuses: 550 never", outcome.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("2J", outcome.Error, StringComparison.Ordinal);
    }
}
