using System.Globalization;
using System.Text;

namespace TcpChat.Host;

/// <summary>Draws the line being edited, which may take several rows, and puts the cursor where it belongs.</summary>
internal sealed class LineDisplay(TextWriter writer, Func<int> width)
{
    /// <summary>What stands before the further lines of a statement of several lines.</summary>
    public const string Continuation = ">> ";

    private string _prompt = "";
    private int _cursorRow;

    /// <summary>Begins a new line below what is on the screen.</summary>
    public void Begin(string prompt)
    {
        int lastLine = prompt.LastIndexOf('\n') + 1;
        writer.Write(prompt[..lastLine]);
        _prompt = prompt[lastLine..];
        _cursorRow = 0;
        Draw("", 0);
    }

    public void Draw(string text, int cursor)
    {
        int columns = Math.Max(width(), 2);
        (int Row, int Column) end = Locate(_prompt, text, text.Length, columns);
        (int Row, int Column) at = Locate(_prompt, text, cursor, columns);

        var output = new StringBuilder();
        MoveUp(output, _cursorRow);
        output.Append("\r\e[J").Append(_prompt).Append(text.Replace("\n", "\n" + Continuation, StringComparison.Ordinal));
        if (end.Column == 0 && end.Row > 0)
        {
            // The row is full, and the terminal waits with the next one until there is something to write in it.
            output.Append("\n\r");
        }

        MoveUp(output, end.Row - at.Row);
        output.Append('\r');
        if (at.Column > 0)
        {
            output.Append(CultureInfo.InvariantCulture, $"\e[{at.Column}C");
        }

        writer.Write(output);
        _cursorRow = at.Row;
    }

    /// <summary>Leaves the line on the screen and goes below it.</summary>
    public void End(string text)
    {
        Draw(text, text.Length);
        writer.WriteLine();
    }

    public void ClearScreen()
    {
        writer.Write("\e[H\e[2J");
        _cursorRow = 0;
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
            int cells = CellWidth.OfElement(text.AsSpan(at, length));
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

    private static void MoveUp(StringBuilder output, int rows)
    {
        if (rows > 0)
        {
            output.Append(CultureInfo.InvariantCulture, $"\e[{rows}A");
        }
    }
}
