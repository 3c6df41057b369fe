using System.Globalization;

namespace TcpChat.Host;

/// <summary>How the editing of a line ended.</summary>
internal enum LineOutcome
{
    Accepted,
    Interrupted,
    EndOfInput,
}

/// <summary>The line and how its editing ended.</summary>
internal readonly record struct LineResult(LineOutcome Outcome, string Text);

/// <summary>The matches for the word at the cursor, and the part of the line that they replace.</summary>
internal sealed record LineCompletion(int Start, int Length, IReadOnlyList<string> Matches);

/// <summary>Edits one line, or one statement of several lines, from keys; knows nothing of the console.</summary>
internal sealed class LineEditor(Func<ConsoleKeyInfo> readKey, LineDisplay display, LineHistory history)
{
    private string _text = "";
    private int _cursor;
    private int _historyIndex;
    private string _typed = "";
    private LineCompletion? _cycle;
    private int _match;

    /// <summary>Finds what Tab offers at a place in the text.</summary>
    public Func<string, int, LineCompletion?> Complete { get; init; } = (_, _) => null;

    /// <summary>Tells whether Enter should begin a further line instead of ending the statement.</summary>
    public Func<string, bool> IsIncomplete { get; init; } = _ => false;

    public LineResult Read(string prompt)
    {
        (_text, _cursor, _historyIndex, _typed, _cycle) = ("", 0, history.Count, "", null);
        display.Begin(prompt);
        while (true)
        {
            ConsoleKeyInfo key = readKey();
            if (key.Key != ConsoleKey.Tab)
            {
                _cycle = null;
            }

            if (Ends(key) is { } outcome)
            {
                return Finish(outcome);
            }

            Apply(key);
            bool isHalfCharacter = _cursor > 0 && char.IsHighSurrogate(_text[_cursor - 1]);
            if (!isHalfCharacter)
            {
                display.Draw(_text, _cursor);
            }
        }
    }

    private LineOutcome? Ends(ConsoleKeyInfo key)
    {
        bool isControl = key.Modifiers.HasFlag(ConsoleModifiers.Control);
        return key.Key switch
        {
            ConsoleKey.C when isControl => LineOutcome.Interrupted,
            ConsoleKey.D when isControl && _text.Length == 0 => LineOutcome.EndOfInput,
            ConsoleKey.Enter when !IsIncomplete(_text) => LineOutcome.Accepted,
            _ => null,
        };
    }

    private LineResult Finish(LineOutcome outcome)
    {
        display.End(outcome == LineOutcome.Interrupted ? _text + "^C" : _text);
        if (outcome != LineOutcome.Accepted)
        {
            return new LineResult(outcome, "");
        }

        history.Add(_text);
        return new LineResult(outcome, _text);
    }

    private void Apply(ConsoleKeyInfo key)
    {
        if (key.Modifiers.HasFlag(ConsoleModifiers.Control))
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
