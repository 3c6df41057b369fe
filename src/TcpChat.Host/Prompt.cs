using System.Management.Automation;
using System.Management.Automation.Runspaces;
using TcpChat.LineEditing;

namespace TcpChat.Host;

/// <summary>The prompt on a terminal: reads a statement, runs it, and begins again until <c>exit</c> or Ctrl+D.</summary>
internal sealed class Prompt
{
    private const string Fallback = "PS> ";

    private readonly EngineSession _session;
    private readonly TcpChatHost _host;
    private readonly LineReader _reader;

    public Prompt(EngineSession session, TcpChatHost host, Terminal terminal)
    {
        _session = session;
        _host = host;
        _reader = new LineReader(
            Terminal.ReadKey,
            new LineEditor(new LineDisplay(Console.Out, () => terminal.Width), new LineHistory())
            {
                Complete = FindCompletion,
                IsIncomplete = Statement.IsIncomplete,
            });
    }

    public int Run()
    {
        bool succeeded = true;
        while (_host.RequestedExitCode is null)
        {
            if (!_host.HostUI.IsAtLineStart)
            {
                _host.UI.WriteLine();
            }

            LineResult line = ReadStatement();
            if (line.Outcome == LineOutcome.EndOfInput)
            {
                break;
            }

            if (!string.IsNullOrWhiteSpace(line.Text))
            {
                succeeded = RunStatement(line.Text);
            }
        }

        return _host.RequestedExitCode ?? (succeeded ? ExitCode.Success : ExitCode.Failure);
    }

    private LineResult ReadStatement()
    {
        string prompt = PromptText();
        using (Terminal.ReadingKeys())
        {
            return _reader.Read(prompt);
        }
    }

    private bool RunStatement(string text)
    {
        Exception? failure = _session.Run(new Command(text, isScript: true), addToHistory: true);
        if (failure is not null)
        {
            _session.Report(failure);
        }

        return failure is null && _session.LastStatementSucceeded();
    }

    private string PromptText()
    {
        return _session.Evaluate("prompt") is [{ } text, ..] && text.ToString() is { Length: > 0 } prompt ? prompt : Fallback;
    }

    private LineCompletion? FindCompletion(string text, int cursor)
    {
        using var engine = PowerShell.Create();
        engine.Runspace = _session.Runspace;
        CommandCompletion found = CommandCompletion.CompleteInput(text, cursor, null, engine);
        return found.ReplacementIndex < 0
            ? null
            : new LineCompletion(
                found.ReplacementIndex,
                found.ReplacementLength,
                [.. found.CompletionMatches.Select(match => match.CompletionText)]);
    }
}
