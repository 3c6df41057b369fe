using System.Globalization;

namespace TcpChat.LineEditing;

/// <summary>
/// Edits one line, or one statement of several lines. It is fed keys one by one and knows nothing of the console, so that
/// whoever reads the keys can do other things between two of them.
/// </summary>
internal sealed class LineEditor(LineDisplay display, LineHistory history)
{
    /// <summary>What stands at the end of a line that was dropped.</summary>
    public const string InterruptMark = "^C";

    private string _text = "";
    private int _cursor;
    private int _historyIndex;
    private string _typed = "";
    private LineCompletion? _cycle;
    private int _match;
    private bool _afterReturn;

    /// <summary>Finds what Tab offers at a place in the text.</summary>
    public Func<string, int, LineCompletion?> Complete { get; init; } = (_, _) => null;

    /// <summary>Tells whether Enter should begin a further line instead of ending the statement.</summary>
    public Func<string, bool> IsIncomplete { get; init; } = _ => false;

    /// <summary>True where Tab is a character of the line when there is nothing to offer.</summary>
    public bool InsertsTab { get; init; }

    /// <summary>The line as it is; once it is accepted, the finished line.</summary>
    public string Text => _text;

    /// <summary>Begins a new line, and shows it.</summary>
    public void Begin(string prompt)
    {
        (_text, _cursor, _historyIndex, _typed, _cycle) = ("", 0, history.Count, "", null);
        display.Begin(prompt);
    }

    /// <summary>Applies one key, without drawing; a key that ends the line leaves it on the screen and goes below it.</summary>
    public LineOutcome Feed(ConsoleKeyInfo key)
    {
        // Lines that end in CR LF, as pasted from some programs, are one line each.
        bool isSecondHalf = _afterReturn && key is { Key: ConsoleKey.Enter, KeyChar: '\n' };
        _afterReturn = key is { Key: ConsoleKey.Enter, KeyChar: '\r' };
        if (isSecondHalf)
        {
            return LineOutcome.Editing;
        }

        if (key.Key != ConsoleKey.Tab)
        {
            _cycle = null;
        }

        LineOutcome outcome = OutcomeOf(key);
        if (outcome == LineOutcome.Editing)
        {
            Apply(key);
        }
        else
        {
            Finish(outcome);
        }

        return outcome;
    }

    /// <summary>Shows the line as it is now.</summary>
    public void Draw()
    {
        bool isHalfCharacter = _cursor > 0 && char.IsHighSurrogate(_text[_cursor - 1]);
        if (!isHalfCharacter)
        {
            display.Draw(_text, _cursor);
        }
    }

    /// <summary>Gives the line up as it is: it stays on the screen, with <paramref name="mark"/> at its end.</summary>
    public void Abandon(string mark = "") => display.End(_text + mark);

    private LineOutcome OutcomeOf(ConsoleKeyInfo key)
    {
        bool isControl = IsControl(key);
        return key.Key switch
        {
            ConsoleKey.C when isControl => LineOutcome.Interrupted,
            ConsoleKey.D when isControl && _text.Length == 0 => LineOutcome.EndOfInput,
            ConsoleKey.Enter when !IsIncomplete(_text) => LineOutcome.Accepted,
            _ => LineOutcome.Editing,
        };
    }

    private void Finish(LineOutcome outcome)
    {
        display.End(outcome == LineOutcome.Interrupted ? _text + InterruptMark : _text);
        if (outcome == LineOutcome.Accepted)
        {
            history.Add(_text);
        }
        else
        {
            _text = "";
        }
    }

    /// <summary>AltGr is Control and Alt together, and gives a character; a control key gives none.</summary>
    private static bool IsControl(ConsoleKeyInfo key) => key.Modifiers.HasFlag(ConsoleModifiers.Control) && char.IsControl(key.KeyChar);

    private void Apply(ConsoleKeyInfo key)
    {
        if (IsControl(key) && key.Key is not (ConsoleKey.Enter or ConsoleKey.Tab))
        {
            ApplyControl(key.Key);
            return;
        }

        switch (key.Key)
        {
            case ConsoleKey.LeftArrow:
                _cursor = Previous(_cursor);
                break;
            case ConsoleKey.RightArrow:
                _cursor = Next(_cursor);
                break;
            case ConsoleKey.Home:
                _cursor = 0;
                break;
            case ConsoleKey.End:
                _cursor = _text.Length;
                break;
            case ConsoleKey.Backspace:
                Remove(Previous(_cursor), _cursor);
                break;
            case ConsoleKey.Delete:
                Remove(_cursor, Next(_cursor));
                break;
            case ConsoleKey.UpArrow:
                Recall(_historyIndex - 1);
                break;
            case ConsoleKey.DownArrow:
                Recall(_historyIndex + 1);
                break;
            case ConsoleKey.Tab:
                Cycle(key.Modifiers.HasFlag(ConsoleModifiers.Shift) ? -1 : 1);
                break;
            case ConsoleKey.Escape:
                Remove(0, _text.Length);
                break;
            case ConsoleKey.Enter:
                Insert('\n');
                break;
            default:
                if (!char.IsControl(key.KeyChar))
                {
                    Insert(key.KeyChar);
                }

                break;
        }
    }

    private void ApplyControl(ConsoleKey key)
    {
        switch (key)
        {
            case ConsoleKey.A:
                _cursor = 0;
                break;
            case ConsoleKey.E:
                _cursor = _text.Length;
                break;
            case ConsoleKey.K:
                Remove(_cursor, _text.Length);
                break;
            case ConsoleKey.U:
                Remove(0, _cursor);
                break;
            case ConsoleKey.W or ConsoleKey.Backspace:
                Remove(WordStart(), _cursor);
                break;
            case ConsoleKey.D:
                Remove(_cursor, Next(_cursor));
                break;
            case ConsoleKey.L:
                display.ClearScreen();
                break;
            case ConsoleKey.LeftArrow:
                _cursor = WordStart();
                break;
            case ConsoleKey.RightArrow:
                _cursor = WordEnd();
                break;
            default:
                break;
        }
    }

    private void Insert(char character)
    {
        _text = _text.Insert(_cursor, character.ToString());
        _cursor++;
    }

    private void Remove(int start, int end)
    {
        _text = _text.Remove(start, end - start);
        _cursor = start;
    }

    private void Recall(int index)
    {
        if (index < 0 || index > history.Count)
        {
            return;
        }

        if (_historyIndex == history.Count)
        {
            _typed = _text;
        }

        _historyIndex = index;
        _text = index == history.Count ? _typed : history[index];
        _cursor = _text.Length;
    }

    private void Cycle(int step)
    {
        if (_cycle is null)
        {
            _cycle = Complete(_text, _cursor);
            _match = step > 0 ? -1 : 0;
        }

        if (_cycle is null || _cycle.Matches.Count == 0)
        {
            _cycle = null;
            if (InsertsTab)
            {
                Insert('\t');
            }

            return;
        }

        _match = (_match + step + _cycle.Matches.Count) % _cycle.Matches.Count;
        string match = _cycle.Matches[_match];
        _text = string.Concat(_text.AsSpan(0, _cycle.Start), match, _text.AsSpan(_cycle.Start + _cycle.Length));
        _cursor = _cycle.Start + match.Length;
        _cycle = _cycle with { Length = match.Length };
    }

    private int Next(int index)
    {
        return index == _text.Length ? index : index + StringInfo.GetNextTextElementLength(_text, index);
    }

    private int Previous(int index)
    {
        int at = 0;
        int before = 0;
        while (at < index)
        {
            before = at;
            at = Next(at);
        }

        return before;
    }

    private int WordStart()
    {
        int at = _cursor;
        while (at > 0 && char.IsWhiteSpace(_text[at - 1]))
        {
            at--;
        }

        while (at > 0 && !char.IsWhiteSpace(_text[at - 1]))
        {
            at--;
        }

        return at;
    }

    private int WordEnd()
    {
        int at = _cursor;
        while (at < _text.Length && char.IsWhiteSpace(_text[at]))
        {
            at++;
        }

        while (at < _text.Length && !char.IsWhiteSpace(_text[at]))
        {
            at++;
        }

        return at;
    }
}
