namespace TcpChat.LineEditing;

/// <summary>The lines typed before, for the up and down arrows.</summary>
internal sealed class LineHistory
{
    private const int Limit = 4096;

    private readonly List<string> _lines = [];

    public int Count => _lines.Count;

    public string this[int index] => _lines[index];

    /// <summary>Adds a line, unless it is empty or the same as the last one.</summary>
    public void Add(string line)
    {
        if (string.IsNullOrWhiteSpace(line) || (Count > 0 && _lines[^1] == line))
        {
            return;
        }

        if (Count == Limit)
        {
            _lines.RemoveAt(0);
        }

        _lines.Add(line);
    }
}
