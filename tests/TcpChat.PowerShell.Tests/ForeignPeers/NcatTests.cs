namespace TcpChat.PowerShell.Tests.ForeignPeers;

/// <summary>Programs that know nothing of us.</summary>
public sealed class NcatTests(Engine engine) : IClassFixture<Engine>
{
    [Fact]
    public async Task Ncat_talks_to_our_server_line_by_line()
    {
        int port = engine.Get<int>("$server = Start-TcpChatServer; $server.Port");
        using ForeignProgram ncat = ForeignProgram.Start("ncat", "127.0.0.1", $"{port}");
        for (int round = 1; round <= 3; round++)
        {
            ncat.Write($"question {round} \u4F60\u597D\n");
            Assert.Equal($"question {round} \u4F60\u597D", engine.Text("$message = Receive-TcpMessage $server -TimeoutSec 10; $message.Text; $message | Send-TcpMessage \"answer to $message\""));
            Assert.Equal($"answer to question {round} \u4F60\u597D", await ncat.ReadLineAsync());
        }

        Assert.Equal("1|Stopped", engine.Text("$server.SessionCount; Stop-TcpChatServer $server; $server.JobStateInfo.State"));
        ncat.EndInput();
        await ncat.WaitForExitAsync();
    }

    [Fact]
    public async Task Ncat_that_has_said_its_last_still_gets_its_answer()
    {
        int port = engine.Get<int>("$server = Start-TcpChatServer; $server.Port");
        using ForeignProgram ncat = ForeignProgram.Start("ncat", "127.0.0.1", $"{port}");
        ncat.Write("only line");
        ncat.EndInput();

        Assert.Equal("only line", engine.Text("$message = Receive-TcpMessage $server -TimeoutSec 10; $message.Text; $message | Send-TcpMessage 'the answer'"));
        Assert.Equal("the answer", await ncat.ReadLineAsync());
        await ncat.WaitForExitAsync();
    }

    [Fact]
    public async Task Our_client_talks_to_ncat_line_by_line()
    {
        // ncat does not say which port the system chose.
        int port = ForeignServer.FreePort();
        using ForeignProgram ncat = ForeignProgram.Start("ncat", "-l", "-v", "127.0.0.1", $"{port}");
        await ncat.ReadLineWithAsync("Listening on");
        engine.Run("param($Port) $client = Connect-TcpChat 127.0.0.1 $Port", port);
        for (int round = 1; round <= 3; round++)
        {
            engine.Run("param($Round) Send-TcpMessage \"to ncat $Round\" $client", round);
            await ncat.ReadLineWithAsync($"to ncat {round}");
            ncat.Write($"from ncat {round}\n");
            Assert.Equal($"from ncat {round}", engine.Text("Receive-TcpMessage $client -TimeoutSec 10 | ForEach-Object Text"));
        }

        engine.Run("Disconnect-TcpChat $client");
        await ncat.WaitForExitAsync();
    }

    [Fact]
    public async Task A_client_that_ends_no_line_is_answered_with_raw_framing()
    {
        int port = engine.Get<int>("$server = Start-TcpChatServer -Framing Raw; $server.Port");
        using ForeignProgram ncat = ForeignProgram.Start("ncat", "127.0.0.1", $"{port}");
        ncat.Write("Hi! I'm ClientA!");

        Assert.Equal("Hi! I'm ClientA!", engine.Text("$message = Receive-TcpMessage $server -TimeoutSec 10; $message.Text; $message | Send-TcpMessage \"Hi! I'm Server!`n\""));
        Assert.Equal("Hi! I'm Server!", await ncat.ReadLineAsync());
    }

    [Fact]
    public async Task Socat_sends_and_gets_lines_that_end_with_carriage_return_and_line_feed()
    {
        int port = engine.Get<int>("$server = Start-TcpChatServer -LineEnding CrLf; $server.Port");
        using ForeignProgram socat = ForeignProgram.Start("socat", "-,crnl", $"TCP4:127.0.0.1:{port},crnl");
        socat.Write("EHLO here\n");

        Assert.Equal("EHLO here|9", engine.Text("$message = Receive-TcpMessage $server -TimeoutSec 10; $message.Text; $message.Bytes.Length; $message | Send-TcpMessage '250 hello'"));
        Assert.Equal("250 hello", (await socat.ReadLineAsync()).TrimEnd('\r'));
    }
}
