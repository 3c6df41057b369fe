using TcpChat.Consoles;

namespace TcpChat.PowerShell.Tests.Consoles;

/// <summary>The console without a terminal: lines in, lines out.</summary>
public sealed class LineConsoleTests
{
    private static readonly TimeSpan s_long = TimeSpan.FromMinutes(10);

    private readonly FakeConversation _conversation = new() { Opening = ["-- only for a terminal"] };
    private readonly List<string> _written = [];

    [Fact]
    public void Each_line_is_sent_and_the_end_of_the_input_leaves_when_nothing_more_comes()
    {
        string[] lines = [.. Enumerable.Range(1, 1000).Select(static i => $"{i}")];
        Assert.Equal(ConsoleEnd.Left, Run(new FakeLines(lines), TimeSpan.Zero));
        Assert.Equal(lines, _conversation.Sent);
        Assert.Empty(_written);
    }

    [Fact]
    public void Answers_are_still_shown_after_the_end_of_the_input_until_the_peer_closes()
    {
        _conversation.Problem = _ =>
        {
            _conversation.Say("server say:an answer");
            _conversation.End("server shutdown!");
            return null;
        };
        Assert.Equal(ConsoleEnd.Ended, Run(new FakeLines("hello"), s_long));
        Assert.Equal(["server say:an answer", "server shutdown!"], _written);
    }

    [Fact]
    public void Exit_leaves_although_there_is_more_input()
    {
        Assert.Equal(ConsoleEnd.Left, Run(new FakeLines("one", "/exit", "two"), s_long));
        Assert.Equal(["one"], _conversation.Sent);
    }

    [Fact]
    public void What_comes_is_shown_while_the_input_waits()
    {
        _conversation.Say("server say:one");
        _conversation.End("server shutdown!");
        Assert.Equal(ConsoleEnd.Ended, Run(new FakeLines { Rest = new TaskCompletionSource<string?>().Task }, s_long));
        Assert.Equal(["server say:one", "server shutdown!"], _written);
    }

    [Fact]
    public void A_stop_leaves_and_takes_nothing_more()
    {
        using CancellationTokenSource stop = new();
        _conversation.Say("one", "two");
        FakeLines lines = new() { Rest = new TaskCompletionSource<string?>().Task };
        LineConsole console = new(_conversation, lines, Written, s_long, stop.Token);
        void Written(string line)
        {
            _written.Add(line);
            stop.Cancel();
        }

        Assert.ThrowsAny<OperationCanceledException>(() => console.Run());
        Assert.Equal(["one"], _written);
        Assert.Equal(1, _conversation.Waiting);
    }

    private ConsoleEnd Run(FakeLines lines, TimeSpan idleTime) =>
        new LineConsole(_conversation, lines, _written.Add, idleTime, TestContext.Current.CancellationToken).Run();
}
