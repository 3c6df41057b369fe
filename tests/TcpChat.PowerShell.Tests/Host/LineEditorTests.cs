using TcpChat.Host;
using TcpChat.LineEditing;

namespace TcpChat.PowerShell.Tests.Host;

public sealed class LineEditorTests
{
    private static readonly ConsoleKeyInfo s_enter = Key(ConsoleKey.Enter);
    private readonly LineHistory _history = new();

    [Fact]
    public void What_is_typed_is_the_line()
    {
        Assert.Equal("hello", Edit("hello"));
    }

    [Fact]
    public void The_cursor_moves_and_text_goes_in_where_it_is()
    {
        Assert.Equal("xabcy", Edit("abc", Key(ConsoleKey.Home), 'x', Key(ConsoleKey.End), 'y'));
        Assert.Equal("xabcy", Edit("abc", Control(ConsoleKey.A), 'x', Control(ConsoleKey.E), 'y'));
        Assert.Equal("abXc", Edit("abc", Key(ConsoleKey.LeftArrow), 'X'));
        Assert.Equal("abXc", Edit("abc", Key(ConsoleKey.Home), Key(ConsoleKey.RightArrow), Key(ConsoleKey.RightArrow), 'X'));
        Assert.Equal("one Xtwo", Edit("one two", Control(ConsoleKey.LeftArrow), 'X'));
    }

    [Fact]
    public void Text_is_deleted_by_character_word_and_line()
    {
        Assert.Equal("ac", Edit("abc", Key(ConsoleKey.LeftArrow), Key(ConsoleKey.Backspace)));
        Assert.Equal("ab", Edit("abc", Key(ConsoleKey.LeftArrow), Key(ConsoleKey.Delete)));
        Assert.Equal("one ", Edit("one two", Control(ConsoleKey.W)));
        Assert.Equal("", Edit("one two", Control(ConsoleKey.U)));
        Assert.Equal("on", Edit("one", Key(ConsoleKey.LeftArrow), Control(ConsoleKey.K)));
        Assert.Equal("x", Edit("one", Key(ConsoleKey.Escape), 'x'));
    }

    [Fact]
    public void A_character_of_several_code_units_moves_and_goes_as_one()
    {
        Assert.Equal("a", Edit("a\U0001F44D", Key(ConsoleKey.Backspace)));
        Assert.Equal("aX\U0001F44D", Edit("a\U0001F44D", Key(ConsoleKey.LeftArrow), 'X'));
        Assert.Equal("a", Edit("ae\u0301", Key(ConsoleKey.Backspace)));
    }

    [Fact]
    public void The_arrows_bring_back_earlier_lines_and_then_what_was_typed()
    {
        Edit("first");
        Edit("second");
        Assert.Equal("first", Edit(Key(ConsoleKey.UpArrow), Key(ConsoleKey.UpArrow), Key(ConsoleKey.UpArrow)));
        Assert.Equal("first", Edit(Key(ConsoleKey.UpArrow)));
        Assert.Equal("typed", Edit("typed", Key(ConsoleKey.UpArrow), Key(ConsoleKey.DownArrow), Key(ConsoleKey.DownArrow)));
    }

    [Fact]
    public void Ctrl_C_drops_the_line()
    {
        Assert.Equal(new LineResult(LineOutcome.Interrupted, ""), EditFully("abc", Control(ConsoleKey.C)));
        Assert.Equal(0, _history.Count);
    }

    [Fact]
    public void Ctrl_D_ends_the_input_only_on_an_empty_line()
    {
        Assert.Equal(LineOutcome.EndOfInput, EditFully(Control(ConsoleKey.D)).Outcome);
        Assert.Equal("bc", Edit("abc", Key(ConsoleKey.Home), Control(ConsoleKey.D)));
    }

    [Fact]
    public void Tab_goes_through_the_matches_and_back()
    {
        ConsoleKeyInfo tab = Key(ConsoleKey.Tab);
        ConsoleKeyInfo back = new('\t', ConsoleKey.Tab, shift: true, alt: false, control: false);
        Assert.Equal("x alpha", Edit("x a", tab));
        Assert.Equal("x album", Edit("x a", tab, tab));
        Assert.Equal("x alpha", Edit("x a", tab, tab, tab));
        Assert.Equal("x alpha", Edit("x a", tab, tab, back));
        Assert.Equal("x album!", Edit("x a", back, '!'));
        Assert.Equal("z", Edit("z", tab));
    }

    [Fact]
    public void Tab_is_a_character_where_there_is_nothing_to_offer()
    {
        var screen = new StringWriter();
        var editor = new LineEditor(new LineDisplay(screen, () => 80), _history) { InsertsTab = true };
        editor.Begin("> ");
        editor.Feed(new ConsoleKeyInfo('a', ConsoleKey.A, false, false, false));
        editor.Feed(new ConsoleKeyInfo('\t', ConsoleKey.Tab, false, false, false));
        editor.Draw();
        Assert.Equal("a\t", editor.Text);
        Assert.EndsWith("> a\u2409", screen.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_character_typed_with_AltGr_is_no_control_key()
    {
        Assert.Equal("@", Edit(new ConsoleKeyInfo('@', ConsoleKey.Q, shift: false, alt: true, control: true)));
        Assert.Equal("\u20AC", Edit(new ConsoleKeyInfo('\u20AC', ConsoleKey.E, shift: false, alt: true, control: true)));
    }

    [Fact]
    public void A_line_feed_ends_a_line_and_after_a_return_it_is_the_same_end()
    {
        ConsoleKeyInfo lineFeed = new('\n', ConsoleKey.Enter, shift: false, alt: false, control: true);
        ConsoleKeyInfo carriageReturn = new('\r', ConsoleKey.Enter, shift: false, alt: false, control: false);
        var editor = new LineEditor(new LineDisplay(TextWriter.Null, () => 80), _history);
        List<LineOutcome> outcomes = [];
        foreach (ConsoleKeyInfo key in new[] { lineFeed, carriageReturn, lineFeed, lineFeed })
        {
            editor.Begin("> ");
            outcomes.Add(editor.Feed(key));
        }

        Assert.Equal([LineOutcome.Accepted, LineOutcome.Accepted, LineOutcome.Editing, LineOutcome.Accepted], outcomes);
    }

    [Fact]
    public void Enter_goes_on_while_the_statement_is_incomplete()
    {
        Assert.Equal("{\n1\n}", Edit("{", s_enter, '1', s_enter, '}'));
    }

    [Theory]
    [InlineData("> ", "abc", 3, 0, 5)]
    [InlineData("> ", "\u4E2D\u6587", 1, 0, 4)]
    [InlineData("> ", "\u4E2D\u6587", 2, 0, 6)]
    [InlineData("> ", "abcdefgh", 8, 1, 0)]
    [InlineData("> ", "abcdefg\u4E2D", 8, 1, 2)]
    [InlineData("> ", "a\nb", 3, 1, 4)]
    [InlineData("\u001b[32m> \u001b[0m", "a", 1, 0, 3)]
    public void The_place_of_the_cursor_counts_cells_and_rows(string prompt, string text, int index, int row, int column)
    {
        Assert.Equal((row, column), LineDisplay.Locate(prompt, text, index, columns: 10));
    }

    private static LineCompletion? Complete(string text, int cursor)
    {
        int start = text.LastIndexOf(' ') + 1;
        return text[start..cursor] == "a" ? new LineCompletion(start, 1, ["alpha", "album"]) : null;
    }

    private static ConsoleKeyInfo Key(ConsoleKey key)
    {
        return new('\0', key, shift: false, alt: false, control: false);
    }

    private static ConsoleKeyInfo Control(ConsoleKey key)
    {
        return new('\0', key, shift: false, alt: false, control: true);
    }

    private string Edit(params object[] typed)
    {
        return EditFully([.. typed, s_enter]).Text;
    }

    private LineResult EditFully(params object[] typed)
    {
        var keys = new Queue<ConsoleKeyInfo>();
        foreach (object item in typed)
        {
            if (item is ConsoleKeyInfo key)
            {
                keys.Enqueue(key);
                continue;
            }

            foreach (char character in item.ToString()!)
            {
                keys.Enqueue(new ConsoleKeyInfo(character, ConsoleKey.None, shift: false, alt: false, control: false));
            }
        }

        var editor = new LineEditor(new LineDisplay(TextWriter.Null, () => 80), _history)
        {
            Complete = Complete,
            IsIncomplete = text => text.StartsWith('{') && !text.EndsWith('}'),
        };
        return new LineReader(keys.Dequeue, editor).Read("> ");
    }
}
