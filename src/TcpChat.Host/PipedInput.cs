using System.Management.Automation.Runspaces;
using System.Text;

namespace TcpChat.Host;

/// <summary>Runs the commands that come line by line from standard input, without a prompt.</summary>
internal sealed class PipedInput(EngineSession session, TcpChatHost host, TextReader input)
{
    /// <summary>Runs all lines; an unfinished statement goes on until an empty line, as in pwsh, or until the end of the input.</summary>
    public int Run()
    {
        bool succeeded = true;
        while (host.RequestedExitCode is null && ReadStatement() is { } text)
        {
            succeeded = RunStatement(text);
        }

        if (host.RequestedExitCode is { } requested)
        {
            return requested;
        }

        return succeeded ? ExitCode.Success : ExitCode.Failure;
    }

    private bool RunStatement(string text)
    {
        Exception? failure = session.Run(new Command(text, isScript: true), addToHistory: true);
        if (failure is not null)
        {
            session.Report(failure);
        }

        return failure is null && session.LastStatementSucceeded();
    }

    private string? ReadStatement()
    {
        string? line;
        do
        {
            line = input.ReadLine();
            if (line is null)
            {
                return null;
            }
        }
        while (string.IsNullOrWhiteSpace(line));

        if (!Statement.IsIncomplete(line))
        {
            return line;
        }

        var block = new StringBuilder(line);
        while (input.ReadLine() is { } next && !string.IsNullOrWhiteSpace(next))
        {
            block.Append('\n').Append(next);
        }

        return block.ToString();
    }
}
