using TcpChat.LineEditing;

namespace TcpChat.Host;

/// <summary>One line of progress at the bottom of a terminal, taken away before anything else is written.</summary>
internal sealed class ProgressLine(TextWriter writer, Func<int> width)
{
    private bool _isShown;

    public void Show(string text, int percent)
    {
        string line = percent >= 0 ? $"[{percent,3}%] {text}" : text;
        line = line.ReplaceLineEndings(" ");
        while (line.Length > 0 && CellWidth.Of(line) >= width())
        {
            line = line[..^1];
        }

        writer.Write($"\r{line}\e[K");
        _isShown = true;
    }

    public void Hide()
    {
        if (_isShown)
        {
            writer.Write("\r\e[K");
            _isShown = false;
        }
    }
}
