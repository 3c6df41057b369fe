namespace TcpChat.PowerShell.Tests.Host;

/// <summary>An example, run in tcpchat.</summary>
internal static class ExampleRun
{
    /// <summary>What redis-conversation.ps1 shows, whichever Redis it talks to, between its first line and its last.</summary>
    public static string[] RedisConversation { get; } =
    [
        "System   connected to 127.0.0.1",
        "Client   PING",
        "Redis    PONG",
        "Client   SET tcpchat-example-text: two lines",
        "Redis    OK",
        "Client   GET tcpchat-example-text",
        "Redis    gives it as it went: True",
        "Client   SET tcpchat-example-text: 1,100,000 characters",
        "Redis    OK",
        "Client   GET tcpchat-example-text",
        "Redis    gives it as it went: True",
        "Client   INCR tcpchat-example-count, a hundred times in one go",
        "Redis    1, 2, 3, ..., 99, 100",
        "Client   SHOUT",
        "Redis    refuses: ERR",
        "Client   DEL tcpchat-example-text tcpchat-example-count",
        "Redis    took 2 keys away",
    ];

    public static string PathOf(string example) => Path.Combine(Repository.Root, "examples", example);

    /// <summary>Runs it to its end and gives what it has shown; an error fails the test.</summary>
    public static async Task<string[]> LinesAsync(string example, params string[] arguments)
    {
        HostOutcome outcome = await HostProcess.RunAsync(["-File", PathOf(example), .. arguments]);
        Assert.Equal(string.Empty, outcome.Error);
        Assert.Equal(0, outcome.ExitCode);
        return outcome.Lines;
    }
}
