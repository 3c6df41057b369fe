using TcpChat.Consoles;
using TcpChat.LineEditing;

namespace TcpChat.PowerShell.Tests.Consoles;

/// <summary>The console at a keyboard: what comes is above the line being typed, and the line stays as it is.</summary>
public sealed class KeyConsoleTests : IDisposable
{
    private const string Family = "\U0001F468\u200D\U0001F469\u200D\U0001F467";

    private readonly LineHistory _history = new();
    private readonly FakeConversation _conversation = new();
    private readonly FakeKeyboard _keyboard = new();
    private readonly Screen _screen = new(40);

    public void Dispose() => _screen.Dispose();

    [Fact]
    public void A_line_is_sent_and_stays_on_the_screen()
    {
        _keyboard.Type("hello\rBye~\r/exit\r");
        Assert.Equal(ConsoleEnd.Left, Run());
        Assert.Equal(["hello", "Bye~"], _conversation.Sent);
        Assert.Equal(["say:hello", "say:Bye~", "say:/exit"], _screen.Rows);
        Assert.Equal((3, 0), _screen.Cursor);
    }

    [Theory]
    [InlineData("half typed", 14)]
    [InlineData("\u4E2D\u6587", 8)]
    [InlineData("e\u0301\u0308x", 6)]
    [InlineData(Family + "\U0001F44D", 8)]
    public void What_comes_is_above_the_line_being_typed(string typed, int column)
    {
        string[] rows = [];
        (int, int) cursor = default;
        _keyboard.Type(typed)
            .Do(() => _conversation.Say("12:00:00 server say:one", "12:00:01 server say:two"))
            .Do(() => (rows, cursor) = (_screen.Rows, _screen.Cursor))
            .Type(" and on\r/exit\r");
        Run();
        Assert.Equal(["12:00:00 server say:one", "12:00:01 server say:two", "say:" + typed], rows);
        Assert.Equal((2, column), cursor);
        Assert.Equal([typed + " and on"], _conversation.Sent);
    }

    [Fact]
    public void A_cursor_in_the_middle_stays_there()
    {
        (int, int) cursor = default;
        _keyboard.Type("a\u4E2Dc").Press(ConsoleKey.LeftArrow).Press(ConsoleKey.LeftArrow)
            .Do(() => _conversation.Say("server say:hi"))
            .Do(() => cursor = _screen.Cursor)
            .Type("X\r/exit\r");
        Run();
        Assert.Equal((1, 5), cursor);
        Assert.Equal(["aX\u4E2Dc"], _conversation.Sent);
    }

    [Fact]
    public void A_line_of_several_rows_is_kept_whole_and_leaves_nothing_behind()
    {
        string typed = new('x', 90);
        string[] rows = [];
        _keyboard.Type(typed).Press(ConsoleKey.Home)
            .Do(() => _conversation.Say(new string('m', 40), new string('n', 41)))
            .Do(() => rows = _screen.Rows)
            .Press(ConsoleKey.U, control: true).Press(ConsoleKey.End).Type("\r/exit\r");
        Run();
        Assert.Equal(
            [new string('m', 40), new string('n', 40), "n", "say:" + typed[..36], typed[..40], typed[..14]],
            rows);
        Assert.Equal([typed], _conversation.Sent);
    }

    [Theory]
    [InlineData(20)]
    [InlineData(7)]
    [InlineData(100)]
    public void Another_width_of_the_window_leaves_the_line_whole(int columns)
    {
        string typed = "0123456789 \u4E2D\u6587 abcdefghij klmnopqrst 0123456789";
        string[] rows = [];
        _keyboard.Type(typed)
            .Do(() => _screen.Resize(columns))
            .Do(() => _conversation.Say("hi"))
            .Do(() => rows = _screen.Rows)
            .Type("!\r/exit\r");
        Run();
        Assert.Equal("hi", rows[0]);
        Assert.Equal("say:" + typed, string.Concat(rows.Skip(1).Select((row, i) => i < rows.Length - 2 ? Pad(row, columns) : row)));
        Assert.Equal([typed + "!"], _conversation.Sent);
    }

    [Theory]
    [InlineData("\r")]
    [InlineData("\n")]
    [InlineData("\r\n")]
    public void Two_hundred_pasted_lines_are_sent_each_and_in_order(string end)
    {
        string[] lines = [.. Enumerable.Range(1, 200).Select(static i => $"line {i}:\t\u4F60\u597D {Family}")];
        _keyboard.Type(string.Join(end, lines) + end + "/exit\r");
        Run();
        Assert.Equal(lines, _conversation.Sent);
    }

    [Fact]
    public void A_paste_that_the_peer_is_too_slow_for_waits_and_is_not_lost()
    {
        TaskCompletionSource road = new();
        _conversation.Road = road.Task;
        string[] lines = [.. Enumerable.Range(1, 2000).Select(static i => $"{i}")];
        int sentBefore = -1;
        _conversation.OnWait = () =>
        {
            sentBefore = _conversation.Sent.Count;
            road.TrySetResult();
        };
        _keyboard.Type(string.Join('\r', lines) + "\r/exit\r");
        Assert.Equal(ConsoleEnd.Left, Run());
        Assert.Equal(0, sentBefore);
        Assert.Equal(lines, _conversation.Sent);
    }

    [Fact]
    public void A_flood_keeps_no_key_from_being_heard()
    {
        _conversation.Say(Enumerable.Range(1, 10_000).Select(static i => $"line {i}"));
        _keyboard.Type("hello\r/exit\r");
        Assert.Equal(ConsoleEnd.Left, Run());
        Assert.Equal(["hello"], _conversation.Sent);

        // Left in the middle: what was not shown was not taken.
        Assert.NotEqual(0, _conversation.Waiting);
        Assert.Equal(10_000, _conversation.Waiting + _screen.Rows.Count(static r => r.StartsWith("line", StringComparison.Ordinal)));
    }

    [Fact]
    public void The_end_is_told_and_what_was_being_typed_stays_to_be_seen()
    {
        _keyboard.Type("half").Do(() =>
        {
            _conversation.Say("server say:Bye");
            _conversation.End("server shutdown!");
        });
        Assert.Equal(ConsoleEnd.Ended, Run());
        Assert.Equal(["say:half", "server say:Bye", "server shutdown!"], _screen.Rows);
        Assert.Equal((3, 0), _screen.Cursor);
    }

    [Fact]
    public void The_end_takes_an_empty_line_off_the_screen()
    {
        _keyboard.Do(() => _conversation.End("server shutdown!"));
        Run();
        Assert.Equal(["server shutdown!"], _screen.Rows);
    }

    [Fact]
    public void Ctrl_D_leaves_only_on_an_empty_line()
    {
        _keyboard.Type("ab").Press(ConsoleKey.Home).Press(ConsoleKey.D, control: true).Type("\r").Press(ConsoleKey.D, control: true);
        Assert.Equal(ConsoleEnd.Left, Run());
        Assert.Equal(["b"], _conversation.Sent);
    }

    [Fact]
    public void Ctrl_C_leaves_whether_it_comes_as_a_key_or_as_a_stop()
    {
        _keyboard.Type("abc").Press(ConsoleKey.C, control: true);
        Assert.ThrowsAny<OperationCanceledException>(() => Run());
        Assert.Equal(["say:abc^C"], _screen.Rows);

        using CancellationTokenSource stop = new();
        FakeKeyboard keyboard = new FakeKeyboard().Type("def").Do(stop.Cancel);
        Assert.ThrowsAny<OperationCanceledException>(() => Run(keyboard, stop.Token));
        Assert.Equal(["say:abc^C", "say:def^C"], _screen.Rows);
        Assert.Empty(_conversation.Sent);
    }

    [Fact]
    public void Lines_that_cannot_be_sent_are_told_of_when_it_is_left()
    {
        using CancellationTokenSource stop = new();
        _conversation.Road = new TaskCompletionSource().Task;
        FakeKeyboard keyboard = new FakeKeyboard().Type("one\rtwo\r").Do(stop.Cancel);
        Assert.ThrowsAny<OperationCanceledException>(() => Run(keyboard, stop.Token));
        Assert.Equal("-- Lines that were not sent: 2.", _screen.Rows[^1]);
    }

    [Fact]
    public void What_could_not_be_sent_is_said_and_the_conversation_goes_on()
    {
        _conversation.Problem = static text => text == "bad" ? "Not sent: no." : null;
        _keyboard.Type("bad\r").Until(() => _screen.Rows.Contains("-- Not sent: no.")).Type("good\r/exit\r");
        Assert.Equal(ConsoleEnd.Left, Run());
    }

    [Fact]
    public void A_slash_begins_a_command_and_two_a_text()
    {
        _keyboard.Type("one\r/to 3\rtwo\r//exit\r/nonsense\r/HELP\r/exit\r");
        Run();
        Assert.Equal(["one", "say to 3:two", "say to 3:/exit"], _conversation.Sent);
        Assert.Contains("-- now to 3", _screen.Rows);
        Assert.Contains("say to 3:two", _screen.Rows);
        Assert.Contains("-- Not sent: there is no such command. /", _screen.Rows);
        Assert.Contains("-- /to  chooses", _screen.Rows);
    }

    [Fact]
    public void Tab_completes_commands()
    {
        _keyboard.Type("/t\t 5\r/ex\t\r");
        Assert.Equal(ConsoleEnd.Left, Run());
        Assert.Contains("-- now to 5", _screen.Rows);
    }

    [Fact]
    public void The_arrows_bring_back_lines_of_an_earlier_console_too()
    {
        _keyboard.Type("first\rsecond\r/exit\r");
        Run();
        Run(new FakeKeyboard().Press(ConsoleKey.UpArrow).Press(ConsoleKey.UpArrow).Press(ConsoleKey.UpArrow).Type("!\r/exit\r"), TestContext.Current.CancellationToken);
        Assert.Equal(["first", "second", "first!"], _conversation.Sent);
    }

    private static string Pad(string row, int columns) => row + new string(' ', Math.Max(0, columns - CellWidth.Of(row)));

    private ConsoleEnd Run() => Run(_keyboard, TestContext.Current.CancellationToken);

    private ConsoleEnd Run(FakeKeyboard keyboard, CancellationToken stop) =>
        new KeyConsole(_conversation, keyboard, new LineDisplay(_screen, () => _screen.Columns), _history, stop).Run();
}
