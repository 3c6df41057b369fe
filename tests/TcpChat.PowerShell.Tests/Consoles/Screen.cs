using System.Globalization;
using System.Text;
using TcpChat.LineEditing;

namespace TcpChat.PowerShell.Tests.Consoles;

/// <summary>
/// A terminal in memory: it understands what the line editor writes, wraps at its width as terminals do, and wraps anew when
/// its width changes. Of any other escape sequence it says that it has come.
/// </summary>
internal sealed class Screen(int columns) : TextWriter
{
    private readonly List<Row> _rows = [new()];
    private readonly StringBuilder _written = new();
    private int _row;
    private int _column;

    public override Encoding Encoding => Encoding.Unicode;

    /// <summary>Its width now.</summary>
    public int Columns { get; private set; } = columns;

    /// <summary>Everything ever written.</summary>
    public string Written
    {
        get
        {
            lock (_written)
            {
                return _written.ToString();
            }
        }
    }

    /// <summary>What is on it, row by row, the empty ones at the end left out.</summary>
    public string[] Rows
    {
        get
        {
            lock (_written)
            {
                int last = _rows.FindLastIndex(static r => r.Text.Length > 0);
                return [.. _rows.Take(last + 1).Select(static r => r.Text)];
            }
        }
    }

    /// <summary>The row and the column of the cursor.</summary>
    public (int Row, int Column) Cursor => (_row, _column);

    /// <summary>Gives it another width, and wraps anew what is on it.</summary>
    public void Resize(int width)
    {
        lock (_written)
        {
            List<List<string>> lines = [];
            (int Line, int Cell) at = default;
            for (int i = 0; i < _rows.Count; i++)
            {
                if (i == 0 || !_rows[i - 1].IsWrapped)
                {
                    lines.Add([]);
                }

                if (i == _row)
                {
                    at = (lines.Count - 1, lines[^1].Count + _column);
                }

                lines[^1].AddRange(_rows[i].Cells);
            }

            Columns = width;
            _rows.Clear();
            for (int line = 0; line < lines.Count; line++)
            {
                int count = Math.Max(1, (lines[line].Count + width - 1) / width);
                for (int part = 0; part < count; part++)
                {
                    if (line == at.Line && (at.Cell / width == part || part == count - 1))
                    {
                        (_row, _column) = (_rows.Count, Math.Min(at.Cell - (part * width), width));
                        at = (-1, 0);
                    }

                    _rows.Add(new Row { IsWrapped = part < count - 1 });
                    _rows[^1].Cells.AddRange(lines[line].Skip(part * width).Take(width));
                }
            }
        }
    }

    public override void Write(char value) => Write(value.ToString());

    public override void Write(StringBuilder? value) => Write(value?.ToString());

    public override void WriteLine(string? value) => Write(value + "\n");

    public override void WriteLine() => Write("\n");

    public override void Write(string? value)
    {
        lock (_written)
        {
            _written.Append(value);
            ReadOnlySpan<char> rest = value;
            while (!rest.IsEmpty)
            {
                int length = rest[0] == '\e' ? Obey(rest) : Put(rest);
                rest = rest[length..];
            }
        }
    }

    private int Obey(ReadOnlySpan<char> text)
    {
        Assert.Equal('[', text[1]);
        int end = 2;
        while (char.IsAsciiDigit(text[end]))
        {
            end++;
        }

        int count = end == 2 ? 1 : int.Parse(text[2..end], CultureInfo.InvariantCulture);
        switch (text[end])
        {
            case 'A':
                _row = Math.Max(0, _row - count);
                break;
            case 'B':
                _row = Math.Min(_rows.Count - 1, _row + count);
                break;
            case 'C':
                _column = Math.Min(Columns - 1, _column + count);
                break;
            case 'K':
                Assert.Equal(2, count);
                _rows[_row].Cells.Clear();
                _rows[_row].IsWrapped = false;
                break;
            default:
                Assert.Fail($"Not for this terminal: {text[..(end + 1)]}");
                break;
        }

        return end + 1;
    }

    private int Put(ReadOnlySpan<char> text)
    {
        switch (text[0])
        {
            case '\r':
                _column = 0;
                return 1;
            case '\n':
                GoDown(wrapped: false);
                return 1;
            default:
                break;
        }

        Assert.False(char.IsControl(text[0]), $"U+{(int)text[0]:X4} reached the terminal.");
        int length = StringInfo.GetNextTextElementLength(text);
        string element = text[..length].ToString();
        int cells = CellWidth.OfElement(element);
        if (_column + cells > Columns)
        {
            GoDown(wrapped: true);
        }

        List<string> row = _rows[_row].Cells;
        while (row.Count < _column + cells)
        {
            row.Add(" ");
        }

        row[_column] = element;
        for (int i = 1; i < cells; i++)
        {
            row[_column + i] = string.Empty;
        }

        _column += cells;
        return length;
    }

    private void GoDown(bool wrapped)
    {
        _rows[_row].IsWrapped = wrapped;
        _column = 0;
        _row++;
        if (_row == _rows.Count)
        {
            _rows.Add(new Row());
        }
    }

    private sealed class Row
    {
        public List<string> Cells { get; } = [];

        public bool IsWrapped { get; set; }

        public string Text => string.Concat(Cells).TrimEnd();
    }
}
