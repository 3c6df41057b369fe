using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;
using TcpChat.LineEditing;

namespace TcpChat.Host;

/// <summary>Writes the streams to the console and asks the user; the questions themselves are in <see cref="Questions"/>.</summary>
internal sealed class HostUserInterface : PSHostUserInterface
{
    private readonly Terminal _terminal;
    private readonly bool _isInteractive;
    private readonly HostRawUserInterface _rawUI;
    private readonly Questions _questions;
    private readonly ProgressLine? _progress;
    private readonly Lock _writing = new();
    private bool _linesAreErrors;

    public HostUserInterface(Terminal terminal, bool isInteractive)
    {
        _terminal = terminal;
        _isInteractive = isInteractive;
        _rawUI = new HostRawUserInterface(terminal);
        _questions = new Questions(this);
        _progress = terminal.UnderstandsEscapes ? new ProgressLine(Console.Out, () => terminal.Width) : null;
    }

    public override PSHostRawUserInterface RawUI => _rawUI;

    public override bool SupportsVirtualTerminal => _terminal.UnderstandsEscapes;

    /// <summary>Whether what was last written ended a line.</summary>
    public bool IsAtLineStart { get; private set; } = true;

    private bool IsKeyboard => !_terminal.IsInputRedirected;

    public override void Write(string value)
    {
        lock (_writing)
        {
            _progress?.Hide();
            TextWriter writer = _linesAreErrors ? Console.Error : Console.Out;
            writer.Write(Render(value, _linesAreErrors && _terminal.IsErrorRedirected));
            IsAtLineStart = value.Length == 0 ? IsAtLineStart : value[^1] == '\n';
        }
    }

    public override void Write(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value)
    {
        Write(Colored(foregroundColor, backgroundColor, value));
    }

    public override void WriteLine(string value)
    {
        Write(value + Environment.NewLine);
    }

    public override void WriteLine(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value)
    {
        WriteLine(Colored(foregroundColor, backgroundColor, value));
    }

    public override void WriteErrorLine(string value)
    {
        if (string.IsNullOrEmpty(value))
        {
            return;
        }

        lock (_writing)
        {
            _progress?.Hide();
            Console.Error.WriteLine(Render(value, _terminal.IsErrorRedirected));
            IsAtLineStart = true;
        }
    }

    public override void WriteDebugLine(string message)
    {
        WriteLine($"{PSStyle.Instance.Formatting.Debug}DEBUG: {message}{PSStyle.Instance.Reset}");
    }

    public override void WriteVerboseLine(string message)
    {
        WriteLine($"{PSStyle.Instance.Formatting.Verbose}VERBOSE: {message}{PSStyle.Instance.Reset}");
    }

    public override void WriteWarningLine(string message)
    {
        WriteLine($"{PSStyle.Instance.Formatting.Warning}WARNING: {message}{PSStyle.Instance.Reset}");
    }

    public override void WriteProgress(long sourceId, ProgressRecord record)
    {
        lock (_writing)
        {
            if (record.RecordType == ProgressRecordType.Completed)
            {
                _progress?.Hide();
            }
            else if (IsAtLineStart)
            {
                _progress?.Show($"{record.Activity}: {record.StatusDescription}", record.PercentComplete);
            }
        }
    }

    /// <summary>Takes the progress off the screen.</summary>
    public void EndProgress()
    {
        lock (_writing)
        {
            _progress?.Hide();
        }
    }

    /// <summary>Until disposed, every line written is an error: for an exception that the engine formats as an object.</summary>
    public IDisposable LinesAreErrors()
    {
        _linesAreErrors = true;
        return new ErrorLines(this);
    }

    public override string ReadLine()
    {
        RefuseIfNotInteractive();

        // Null at the end of the input, as in pwsh, although the signature does not say so.
        return ReadAnswer("")!;
    }

    public override SecureString ReadLineAsSecureString()
    {
        RefuseIfNotInteractive();
        return ReadSecret();
    }

    public override Dictionary<string, PSObject> Prompt(string caption, string message, Collection<FieldDescription> descriptions)
    {
        RefuseIfNotInteractive();
        return _questions.Ask(caption, message, descriptions);
    }

    public override int PromptForChoice(string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice)
    {
        RefuseIfNotInteractive();
        return _questions.Choose(caption, message, choices, defaultChoice);
    }

    public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName)
    {
        return PromptForCredential(caption, message, userName, targetName, PSCredentialTypes.Default, PSCredentialUIOptions.Default);
    }

    public override PSCredential PromptForCredential(
        string caption,
        string message,
        string userName,
        string targetName,
        PSCredentialTypes allowedCredentialTypes,
        PSCredentialUIOptions options)
    {
        RefuseIfNotInteractive();
        return _questions.AskCredential(caption, message, userName);
    }

    /// <summary>Shows a question and reads the line that answers it; null at the end of redirected input.</summary>
    internal string? ReadAnswer(string question)
    {
        if (!IsKeyboard)
        {
            Write(question);
            return Console.In.ReadLine();
        }

        var editor = new LineEditor(new LineDisplay(Console.Out, () => _terminal.Width), new LineHistory());
        using IDisposable keys = Terminal.ReadingKeys();
        LineResult result = new LineReader(Terminal.ReadKey, editor).Read(question);
        IsAtLineStart = true;
        return result.Outcome switch
        {
            LineOutcome.Interrupted => throw new PipelineStoppedException(),
            LineOutcome.EndOfInput => null,
            _ => result.Text,
        };
    }

    /// <summary>Reads a line of which nothing is shown.</summary>
    internal SecureString ReadSecret()
    {
        var secret = new SecureString();
        if (!IsKeyboard)
        {
            foreach (char character in Console.In.ReadLine() ?? "")
            {
                secret.AppendChar(character);
            }

            return secret;
        }

        using IDisposable keys = Terminal.ReadingKeys();
        while (true)
        {
            ConsoleKeyInfo key = Terminal.ReadKey();
            if (Terminal.IsCtrlC(key))
            {
                WriteLine();
                throw new PipelineStoppedException();
            }

            if (key.Key == ConsoleKey.Enter)
            {
                WriteLine();
                secret.MakeReadOnly();
                return secret;
            }

            if (key.Key == ConsoleKey.Backspace && secret.Length > 0)
            {
                secret.RemoveAt(secret.Length - 1);
            }
            else if (!char.IsControl(key.KeyChar))
            {
                secret.AppendChar(key.KeyChar);
            }
        }
    }

    private static string Colored(ConsoleColor foreground, ConsoleColor background, string value)
    {
        // The console answers -1 for a color that nobody has set.
        string before = Enum.IsDefined(foreground) ? PSStyle.MapForegroundColorToEscapeSequence(foreground) : "";
        before += Enum.IsDefined(background) ? PSStyle.MapBackgroundColorToEscapeSequence(background) : "";
        return before.Length == 0 ? value : before + value + PSStyle.Instance.Reset;
    }

    private string Render(string value, bool isRedirected)
    {
        return GetOutputString(value, SupportsVirtualTerminal && !isRedirected);
    }

    private void RefuseIfNotInteractive()
    {
        if (!_isInteractive)
        {
            throw new PSInvalidOperationException("PowerShell is in NonInteractive mode. Read and Prompt functionality is not available.");
        }
    }

    private sealed class ErrorLines(HostUserInterface owner) : IDisposable
    {
        public void Dispose()
        {
            owner._linesAreErrors = false;
        }
    }
}
