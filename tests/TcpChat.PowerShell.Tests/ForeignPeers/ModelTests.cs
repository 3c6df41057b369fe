namespace TcpChat.PowerShell.Tests.ForeignPeers;

/// <summary>The tutorial's dialogues, each with three clients that know nothing of us, in the order that it shows.</summary>
public sealed class ModelTests(Engine engine, SayClient sayClient) : IClassFixture<Engine>
{
    /// <summary>What the tutorial's servers say to a client until it leaves; what is put out is the server's terminal.</summary>
    internal const string Talk =
        """
        param($Session) Receive-TcpMessage $Session -Follow | ForEach-Object {
            $answer = $_.Text -replace '^hello Server', 'hello Client' -replace '^I.m', 'Hello' -replace '^Hi! I.m (\w+)!', 'Hi! $1! I am Server!';
            "client say:$_"; "you want to say:$answer"; $_ | Send-TcpMessage $answer;
        }
        """;

    private const string Conversation = Talk + "; ' client shutdown !'";

    private static readonly string[] s_names = ["ClientA", "ClientB", "ClientC"];

    [Theory]
    [InlineData(TalkerKind.Ncat)]
    [InlineData(TalkerKind.SayClient)]
    public async Task Concurrent_clients_are_all_served_at_once(TalkerKind kind)
    {
        int port = Start("Concurrent", kind);
        using Talker a = Connect(kind, port);
        using Talker b = Connect(kind, port);
        using Talker c = Connect(kind, port);
        engine.Run("$sessions = Wait-TcpChatSession -Server $server -Count 3 -TimeoutSec 20");

        await a.TalkAsync("Hi! I'm ClientA!", "Hi! ClientA! I am Server!");
        await b.TalkAsync("Hi! I'm ClientB!", "Hi! ClientB! I am Server!");
        await c.TalkAsync("Hi! I'm ClientC!", "Hi! ClientC! I am Server!");
        Assert.Equal("3", engine.Text("$server.SessionCount"));
        foreach (Talker client in new[] { a, b, c })
        {
            await client.TalkAsync("Bye~~", "Bye~~");
            await client.LeaveAsync();
        }

        engine.Run("Wait-TcpChatSession -Server $server -Count 0 -TimeoutSec 20");
        string[] terminals = [.. engine.Run("foreach ($job in $server.ChildJobs) { @(Receive-Job $job) -join '/' }").Select(static o => o.ToString())];
        Assert.Equal(
            s_names.Select(static name =>
                $"client say:Hi! I'm {name}!/you want to say:Hi! {name}! I am Server!/client say:Bye~~/you want to say:Bye~~/ client shutdown !"),
            terminals.Order(StringComparer.Ordinal));
        Stop();
    }

    [Theory]
    [InlineData(TalkerKind.Ncat)]
    [InlineData(TalkerKind.SayClient)]
    public async Task Iterative_the_next_client_is_answered_when_the_one_before_has_gone(TalkerKind kind)
    {
        int port = Start("Iterative", kind);
        using Talker first = Connect(kind, port);
        await first.TalkAsync("hello Server!", "hello Client!");
        using Talker second = Connect(kind, port);
        await GiveWayAsync(first, second);
        using Talker third = Connect(kind, port);
        await GiveWayAsync(second, third);
        await third.TalkAsync("Bye~", "Bye~");
        await third.LeaveAsync();

        engine.Run("Wait-TcpChatSession -Server $server -Count 0 -TimeoutSec 20");
        string one = "client say:hello Server!|you want to say:hello Client!|client say:Bye~|you want to say:Bye~| client shutdown !";
        Assert.Equal($"{one}|{one}|{one}", engine.Text("Receive-Job $server"));
        Stop();
    }

    private int Start(string model, TalkerKind kind) => engine.Get<int>(
        "param($Model, $Framing, $Conversation) $server = Start-TcpChatServer -Model $Model -Framing $Framing -ScriptBlock ([scriptblock]::Create($Conversation)); $server.Port",
        model,
        Talker.FramingFor(kind),
        Conversation);

    private Talker Connect(TalkerKind kind, int port) => Talker.Connect(kind, sayClient, port);

    /// <summary>The next client says its line while one is served, and is answered when that one has gone.</summary>
    private async Task GiveWayAsync(Talker served, Talker next)
    {
        next.Say("hello Server!");
        if (OperatingSystem.IsLinux())
        {
            engine.Run("while ($server.AcceptQueueLength -lt 1) { }");
        }

        await served.TalkAsync("Bye~", "Bye~");
        Assert.Equal(OperatingSystem.IsLinux() ? "1|1" : "1|", engine.Text("$server.SessionCount; \"$($server.AcceptQueueLength)\""));
        Assert.True(next.HasHeardNothing, "It was answered while another was served.");
        await served.LeaveAsync();
        await next.HearAsync("hello Client!");
    }

    private void Stop() => engine.Run("Stop-TcpChatServer $server; Remove-Job $server");
}
