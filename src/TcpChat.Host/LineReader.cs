using TcpChat.LineEditing;

namespace TcpChat.Host;

/// <summary>Reads keys until the line is finished, and does nothing else meanwhile.</summary>
internal sealed class LineReader(Func<ConsoleKeyInfo> readKey, LineEditor editor)
{
    public LineResult Read(string prompt)
    {
        editor.Begin(prompt);
        while (true)
        {
            LineOutcome outcome = editor.Feed(readKey());
            if (outcome != LineOutcome.Editing)
            {
                return new LineResult(outcome, editor.Text);
            }

            editor.Draw();
        }
    }
}
