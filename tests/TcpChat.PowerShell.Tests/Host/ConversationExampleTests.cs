namespace TcpChat.PowerShell.Tests.Host;

/// <summary>The examples of conversations, as they run where no server is named: against what they start themselves.</summary>
public sealed class ConversationExampleTests
{
    [Fact]
    public async Task Redis_keeps_values_and_answers_a_hundred_commands_in_order()
    {
        string[] lines = await ExampleRun.LinesAsync("redis-conversation.ps1");

        Assert.Matches(@"^System   no -ComputerName is given: a small fake of Redis answers at 127\.0\.0\.1:\d+$", lines[0]);
        Assert.Equal(ExampleRun.RedisConversation, lines[1..^1]);
        Assert.Matches(@"^System   8 messages out, 109 in, \d+ bytes in$", lines[^1]);
    }

    [Fact]
    public async Task Irc_answers_the_ping_and_hears_what_is_said()
    {
        string[] lines = await ExampleRun.LinesAsync("irc-channel.ps1");

        Assert.Matches(@"^System   no -ComputerName is given: a small fake of IRC answers at 127\.0\.0\.1:\d+$", lines[0]);
        Assert.Equal(
            [
                "System   Welcome, ada",
                "System   in #tcpchat: ada @echo",
                "<ada> Hello from PowerShell!",
                "<ada> \u4F60\u597D \U0001F600",
                "<echo> Hello from PowerShell!, says ada",
                "<echo> \u4F60\u597D \U0001F600, says ada",
                "System   left; answered 1 PING",
            ],
            lines[1..]);
    }

    [Fact]
    public async Task Irc_leaves_when_nobody_says_more()
    {
        string[] lines = await ExampleRun.LinesAsync("irc-channel.ps1", "-Say", "one", "-Hear", "2", "-TimeoutSec", "0.5");

        Assert.Equal(["<ada> one", "<echo> one, says ada", "System   nobody said more within 0.5 s", "System   left; answered 1 PING"], lines[^4..]);
    }

    [Fact]
    public async Task A_mail_comes_as_it_went()
    {
        string[] lines = await ExampleRun.LinesAsync("smtp-delivery.ps1");

        Assert.Matches(@"^System   no -ComputerName is given: a small fake takes the mail at 127\.0\.0\.1:\d+$", lines[0]);
        Assert.Equal(
            [
                "Server   220 fake.example.test",
                "Client   EHLO [127.0.0.1]",
                "Server   250-fake.example.test",
                "Server   250-8BITMIME",
                "Server   250 HELP",
                "Client   MAIL FROM:<ada@example.test> BODY=8BITMIME",
                "Server   250 OK",
                "Client   RCPT TO:<bob@example.test>",
                "Server   250 OK",
                "Client   RCPT TO:<cyd@example.test>",
                "Server   250 OK",
                "Client   DATA",
                "Server   354 Go on, and end with a dot",
                "Client   (16 lines of mail)",
                "Client   .",
                "Server   250 It is delivered",
                "Client   QUIT",
                "Server   221 Good-bye",
                "System   the fake has 16 lines, as they went: True",
            ],
            lines[1..]);
    }

    [Fact]
    public async Task A_health_check_tells_of_each_server_how_it_is()
    {
        string example = ExampleRun.PathOf("health-check.ps1");
        HostOutcome outcome = await HostProcess.RunAsync(
            "-Command", $"& '{example}' | ForEach-Object {{ \"$($_.Server -replace ':.*')|$($_.Well)|$($_.Answer)|$($_.Problem)\" }}");

        Assert.Equal(string.Empty, outcome.Error);
        Assert.Equal(
            [
                "127.0.0.1|True|yes, I am well|",
                "127.0.0.1|False||ReceiveTimeout",
                "127.0.0.1|False|no, I have just been started|UnexpectedAnswer",
                "127.0.0.1|False||ConnectionRefused",
            ],
            outcome.Lines);
    }

    [Fact]
    public async Task A_client_passes_its_tests_against_a_fake()
    {
        Assert.Equal(
            [
                "passed  reads the temperature",
                "passed  tells what an instrument says that cannot measure",
                "passed  tells that an instrument has hung up",
                "passed  does not wait longer than it should",
                "4 passed, 0 failed",
            ],
            await ExampleRun.LinesAsync("fake-server.ps1"));
    }

    [Fact]
    public async Task A_file_is_dropped_once()
    {
        string[] lines = await ExampleRun.LinesAsync("lan-file-drop.ps1");

        Assert.Matches(@"^Receiver listens at 127\.0\.0\.1:\d+$", lines[0]);
        Assert.Matches(@"^Sender   sent random\.bin to 127\.0\.0\.1: 5000000 bytes, SHA-256 [0-9A-F]{16}\.\.\.$", lines[1]);
        Assert.Equal(
            [
                "Receiver kept random.bin from 127.0.0.1: 5000000 bytes, the checksum is equal",
                "Sender   the same again: 127.0.0.1 has refused: there can be no new file random.bin",
                "Receiver refused a file from 127.0.0.1: there can be no new file random.bin",
            ],
            lines[2..]);
    }
}
