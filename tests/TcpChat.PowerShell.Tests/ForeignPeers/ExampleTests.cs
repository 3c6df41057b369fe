using TcpChat.PowerShell.Tests.Host;

namespace TcpChat.PowerShell.Tests.ForeignPeers;

/// <summary>The examples of conversations, run against the servers that they are for.</summary>
public sealed class ExampleTests(Engine engine) : IClassFixture<Engine>
{
    [Fact]
    public async Task Redis_talks_as_the_fake_does()
    {
        using ForeignServer redis = await ForeignServers.StartRedisAsync();
        string[] lines = await ExampleRun.LinesAsync("redis-conversation.ps1", "-ComputerName", "127.0.0.1", "-Port", $"{redis.Port}");

        // But for its first line, which tells of the fake, and its last, because the one's words of refusal are longer.
        Assert.Equal(ExampleRun.ReadmeLines("redis-conversation.ps1")[1..^1], lines[..^1]);
        Assert.Matches(@"^System   8 messages out, 109 in, \d+ bytes in$", lines[^1]);
    }

    [Fact]
    public async Task In_a_channel_of_ngircd_one_of_ours_hears_the_example_and_is_heard()
    {
        using ForeignServer server = await ForeignServers.StartIrcAsync();
        engine.Run(
            """
            param($Port) $bob = Connect-TcpChat 127.0.0.1 $Port -LineEnding CrLf
            Send-TcpMessage "NICK bob`r`nUSER bob 0 * :Bob" $bob
            $ping = Wait-TcpMessage '^PING (.*)\n' $bob
            Send-TcpMessage "PONG $($ping.Groups[1])`r`nJOIN #test" $bob
            $null = Wait-TcpMessage ' 366 .*\n' $bob
            """,
            server.Port);
        using HostProcess example = HostProcess.Start(
            ["-File", ExampleRun.PathOf("irc-channel.ps1"), "-ComputerName", "127.0.0.1", "-Port", $"{server.Port}", "-Channel", "#test", "-Say", "hello all"]);

        Assert.Equal(
            "hello all|:ada!~ada@127.0.0.1 QUIT :\"Good-bye\"\n",
            engine.Text(
                """
                (Wait-TcpMessage 'ada!.* PRIVMSG #test :(.*)\n' $bob).Groups[1]
                Send-TcpMessage "PRIVMSG #test :hello $([char]2)ada$([char]27)[2J" $bob
                (Wait-TcpMessage ':ada!.* QUIT .*\n' $bob).Match
                """));
        HostOutcome outcome = await example.EndAsync();
        Assert.Equal(string.Empty, outcome.Error);
        Assert.Equal(
            [
                "System   Welcome to the Internet Relay Network ada!~ada@127.0.0.1",
                "System   in #test: ada @bob",
                "<ada> hello all",
                "<bob> hello ada[2J",
                "System   left; answered 1 PING",
            ],
            outcome.Lines);
    }

    [Fact]
    public async Task At_ngircd_a_name_that_is_taken_is_an_error_of_the_example()
    {
        using ForeignServer server = await ForeignServers.StartIrcAsync();
        engine.Run(
            """
            param($Port) $ada = Connect-TcpChat 127.0.0.1 $Port -LineEnding CrLf
            Send-TcpMessage "NICK ada`r`nUSER ada 0 * :Ada" $ada
            $ping = Wait-TcpMessage '^PING (.*)\n' $ada
            Send-TcpMessage "PONG $($ping.Groups[1])" $ada
            $null = Wait-TcpMessage ' 001 .*\n' $ada
            """,
            server.Port);

        HostOutcome outcome = await HostProcess.RunAsync(
            "-File", ExampleRun.PathOf("irc-channel.ps1"), "-ComputerName", "127.0.0.1", "-Port", $"{server.Port}");
        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("433 * ada :Nickname already in use", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Aiosmtpd_has_the_mail_as_the_example_wrote_it()
    {
        using ForeignServer server = await ForeignServers.StartSmtpAsync();
        string[] lines = await ExampleRun.LinesAsync("smtp-delivery.ps1", "-ComputerName", "127.0.0.1", "-Port", $"{server.Port}");

        Assert.Equal("Server   221 Bye", lines[^1]);
        string[] mail = await File.ReadAllLinesAsync(
            Assert.Single(Directory.GetFiles(Path.Combine(server.Folder, "mail", "new"))), TestContext.Current.CancellationToken);
        Assert.Contains("X-RcptTo: bob@example.test, cyd@example.test", mail);
        Assert.Contains("Subject: =?utf-8?B?RG90cywgYW5kIOS9oOWlvQ==?=", mail);
        Assert.Equal(
            ["Dear both,", string.Empty, "the next line is only a dot:", ".", ".. and this begins with two.", string.Empty, "Yours, Ada \U0001F600"],
            mail[^7..]);
    }

    [Fact]
    public async Task A_health_check_tells_redis_and_aiosmtpd_from_a_port_at_which_nobody_listens()
    {
        using ForeignServer redis = await ForeignServers.StartRedisAsync();
        using ForeignServer smtp = await ForeignServers.StartSmtpAsync();
        Assert.Equal(
            "True,+PONG,|False,220 ADDRESS Python SMTP,UnexpectedAnswer|False,,ConnectionRefused",
            engine.Text(
                """
                param($Example, $Redis, $Smtp, $Free)
                & $Example "127.0.0.1:$Redis", "localhost:$Smtp", "127.0.0.1:$Free" -Say PING -Expect '^\+PONG$' |
                    ForEach-Object { "$($_.Well),$($_.Answer -replace '^220 \S+ ([\w ]+) [\d.]+$', '220 ADDRESS $1'),$($_.Problem)" }
                """,
                ExampleRun.PathOf("health-check.ps1"),
                redis.Port,
                smtp.Port,
                ForeignServer.FreePort()));
    }
}
