namespace TcpChat.PowerShell.Tests.ForeignPeers;

/// <summary>An SMTP server: it speaks first, its answers have several lines, and a line of the mail that begins with a dot gets another.</summary>
public sealed class SmtpTests(Engine engine) : IClassFixture<Engine>
{
    private const string Answer =
        """
        function Get-Answer { do { $line = Receive-TcpMessage $smtp -TimeoutSec 20 -ErrorAction Stop; $line.Text } until ($line.Text -match '^\d{3} ') };
        """;

    [Fact]
    public async Task A_mail_is_delivered_as_it_was_sent()
    {
        using ForeignServer server = await ForeignServers.StartSmtpAsync();
        string[] mail =
        [
            "From: Ada <ada@example.test>",
            "To: Bob <bob@example.test>",
            "Subject: Dots",
            "MIME-Version: 1.0",
            "Content-Type: text/plain; charset=utf-8",
            "Content-Transfer-Encoding: 8bit",
            string.Empty,
            "Dear Bob, \u4F60\u597D \U0001F600",
            ".",
            "..two dots, and one word",
            ". . .",
            string.Empty,
            "not the end: a dot within a line.",
            "From here on, nothing.",
            new string('x', 900),
            string.Empty,
        ];

        string said = engine.Text(
            Answer + """
            $smtp = Connect-TcpChat 127.0.0.1 $args[0] -LineEnding CrLf
            Get-Answer
            foreach ($command in 'EHLO here.example.test', 'MAIL FROM:<ada@example.test> BODY=8BITMIME', 'RCPT TO:<bob@example.test>', 'DATA') {
                Send-TcpMessage $command $smtp
                Get-Answer
            }
            $args[1] -replace '^\.', '..' | Send-TcpMessage -Session $smtp
            '.', 'QUIT' | Send-TcpMessage -Session $smtp
            Get-Answer; Get-Answer
            $null = Wait-TcpChatSession -Session $smtp -TimeoutSec 20
            $smtp.CloseReason
            """,
            server.Port,
            mail);

        Assert.Matches(
            @"^220 [^|]+\|250-[^|]+\|(250-[^|]+\|)*250 [^|]+\|250 OK\|250 OK\|354 [^|]+\|250 OK\|221 Bye\|PeerClosed$", said);
        string delivered = await File.ReadAllTextAsync(
            Assert.Single(Directory.GetFiles(Path.Combine(server.Folder, "mail", "new"))), TestContext.Current.CancellationToken);

        // The server adds who delivered it, where the headers of the mail end.
        string[] lines = delivered.Split('\n');
        Assert.Contains("X-MailFrom: ada@example.test", lines);
        Assert.Contains("X-RcptTo: bob@example.test", lines);
        Assert.Equal(mail.Append(string.Empty), lines.Where(static line => !line.StartsWith("X-", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Commands_at_once_are_answered_in_order_and_an_error_is_an_answer_too()
    {
        using ForeignServer server = await ForeignServers.StartSmtpAsync();
        string said = engine.Text(
            Answer + """
            $smtp = Connect-TcpChat 127.0.0.1 $args[0] -LineEnding CrLf
            "HELO here.example.test`r`nNOOP`r`nFLY`r`nRCPT TO:<bob@example.test>`r`nRSET" | Send-TcpMessage -Session $smtp
            1..6 | ForEach-Object { (Get-Answer).Substring(0, 4) }
            """,
            server.Port);
        Assert.Equal("220 |250 |250 |500 |503 |250 ", said);
    }
}
