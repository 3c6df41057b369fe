using System.Globalization;
using System.Text;

namespace TcpChat.LineEditing;

/// <summary>Draws the line being edited, which may take several rows, and puts the cursor where it belongs.</summary>
internal sealed class LineDisplay(TextWriter writer, Func<int> width)
{
    /// <summary>What stands before the further lines of a statement of several lines.</summary>
    public const string Continuation = ">> ";

    // A tab has no width of its own: how far it goes depends on where it stands.
    private const char TabPicture = '\u2409';

    private string _prompt = "";
    private string _text = "";
    private int _cursor;
    private int _columns;
    private int _cursorRow;
    private int _lastRow;

    /// <summary>True when the window has another width than at the last drawing.</summary>
    public bool IsResized => _columns != Columns;

    private int Columns => Math.Max(width(), 2);

    /// <summary>Begins a new line below what is on the screen.</summary>
    public void Begin(string prompt)
    {
        int lastLine = prompt.LastIndexOf('\n') + 1;
        writer.Write(prompt[..lastLine]);
        _prompt = prompt[lastLine..];
        (_text, _cursor, _columns) = ("", 0, Columns);
        Forget();
        Draw("", 0);
    }

    public void Draw(string text, int cursor)
    {
        var output = new StringBuilder();
        AppendErasure(output);
        AppendLine(output, text, cursor);
        writer.Write(output);
    }

    /// <summary>Writes finished lines above the line being edited, which stays as it is.</summary>
    public void WriteAbove(string lines)
    {
        var output = new StringBuilder();
        AppendErasure(output);
        output.Append(lines);
        if (!lines.EndsWith('\n'))
        {
            output.Append('\n');
        }

        AppendLine(output, _text, _cursor);
        writer.Write(output);
    }

    /// <summary>Takes the line off the screen; the next to write begins where it began.</summary>
    public void Hide()
    {
        var output = new StringBuilder();
        AppendErasure(output);
        writer.Write(output);
        Forget();
    }

    /// <summary>Leaves the line on the screen and goes below it.</summary>
    public void End(string text)
    {
        Draw(text, text.Length);
        writer.WriteLine();
        (_text, _cursor) = ("", 0);
    }

    /// <summary>Writes a line where no line is being edited.</summary>
    public void WriteLine(string line) => writer.WriteLine(line);

    public void ClearScreen()
    {
        writer.Write("\e[H\e[2J");
        Forget();
    }

    /// <summary>The row and column, counted from where the prompt begins, of a place in the text.</summary>
    internal static (int Row, int Column) Locate(string prompt, string text, int index, int columns)
    {
        int promptWidth = CellWidth.Of(prompt);
        (int row, int column) = (promptWidth / columns, promptWidth % columns);
        int at = 0;
        while (at < index)
        {
            if (text[at] == '\n')
            {
                (row, column) = (row + 1, Continuation.Length);
                at++;
                continue;
            }

            int length = StringInfo.GetNextTextElementLength(text, at);
            int cells = text[at] == '\t' ? 1 : CellWidth.OfElement(text.AsSpan(at, length));
            if (column + cells > columns)
            {
                // A wide character does not fit in the last column.
                (row, column) = (row + 1, 0);
            }

            column += cells;
            if (column == columns)
            {
                (row, column) = (row + 1, 0);
            }

            at += length;
        }

        return (row, column);
    }

    /// <summary>Nothing of the line is on the screen: the cursor stands where it is to begin.</summary>
    private void Forget() => (_cursorRow, _lastRow) = (0, 0);

    private void AppendErasure(StringBuilder output)
    {
        if (IsResized)
        {
            // Terminals wrap anew what is on the screen, and the cursor stays with its character.
            _columns = Columns;
            _cursorRow = Locate(_prompt, _text, _cursor, _columns).Row;
            _lastRow = Locate(_prompt, _text, _text.Length, _columns).Row;
        }

        // Row by row: tmux takes an erasure of all below for a new screen when the line begins at the top, and keeps the old one.
        Move(output, _lastRow - _cursorRow, 'B');
        output.Append("\r\e[2K");
        for (int row = _lastRow; row > 0; row--)
        {
            output.Append("\e[A\e[2K");
        }
    }

    private void AppendLine(StringBuilder output, string text, int cursor)
    {
        (_text, _cursor) = (text, cursor);
        (int Row, int Column) end = Locate(_prompt, text, text.Length, _columns);
        (int Row, int Column) at = Locate(_prompt, text, cursor, _columns);
        output.Append(_prompt).Append(text.Replace("\n", "\n" + Continuation, StringComparison.Ordinal).Replace('\t', TabPicture));
        if (end.Column == 0 && end.Row > 0)
        {
            // The row is full, and the terminal waits with the next one until there is something to write in it.
            output.Append("\n\r");
        }

        // At the end of the line the cursor is in place already, even where the terminal gives an emoji another width.
        if (cursor < text.Length)
        {
            Move(output, end.Row - at.Row, 'A');
            output.Append('\r');
            if (at.Column > 0)
            {
                output.Append(CultureInfo.InvariantCulture, $"\e[{at.Column}C");
            }
        }

        (_cursorRow, _lastRow) = (at.Row, end.Row);
    }

    private static void Move(StringBuilder output, int rows, char direction)
    {
        if (rows > 0)
        {
            output.Append(CultureInfo.InvariantCulture, $"\e[{rows}{direction}");
        }
    }
}
