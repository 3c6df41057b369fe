using System.Management.Automation.Language;
using System.Management.Automation.Runspaces;

namespace TcpChat.Host;

/// <summary>Runs the script or the command of the command line and decides its exit code as pwsh does.</summary>
internal sealed class ScriptRunner(EngineSession session, TcpChatHost host, TextReader input, bool isInputRedirected)
{
    public int RunFile(string path, IReadOnlyList<ScriptArgument> arguments, bool endsHost)
    {
        string fullPath = Path.GetFullPath(path);
        bool isScript = fullPath.EndsWith(".ps1", StringComparison.OrdinalIgnoreCase);

        // A script with a shebang line may have any name; the engine runs only .ps1 by path.
        Command command = isScript
            ? new Command(fullPath, isScript: false, useLocalScope: false)
            : new Command(File.ReadAllText(fullPath), isScript: true, useLocalScope: false);
        if (endsHost)
        {
            ScriptExit.EndsHost(session.Runspace);
        }

        Ast script = Parser.ParseFile(fullPath, out _, out _);
        return Run(command, arguments, script, addToHistory: false);
    }

    public int RunCommand(string text, IReadOnlyList<ScriptArgument> arguments)
    {
        return Run(new Command(text, isScript: true), arguments, Parser.ParseInput(text, out _, out _), addToHistory: true);
    }

    private int Run(Command command, IReadOnlyList<ScriptArgument> arguments, Ast script, bool addToHistory)
    {
        foreach (ScriptArgument argument in arguments)
        {
            command.Parameters.Add(argument.Name is not null && argument.Value is null
                ? new CommandParameter(argument.Name)
                : new CommandParameter(argument.Name, argument.Value));
        }

        IEnumerable<string>? lines = isInputRedirected && UsesInput(script) ? Lines() : null;
        Exception? failure = session.Run(command, addToHistory, lines);
        if (failure is not null)
        {
            session.Report(failure);
        }

        if (session.WasInterrupted)
        {
            return ExitCode.Interrupted;
        }

        if (host.RequestedExitCode is { } requested)
        {
            return requested;
        }

        return failure is null && session.LastStatementSucceeded() ? ExitCode.Success : ExitCode.Failure;
    }

    private static bool UsesInput(Ast script)
    {
        return script.Find(
            node => node is VariableExpressionAst variable && variable.VariablePath.UserPath.Equals("input", StringComparison.OrdinalIgnoreCase),
            searchNestedScriptBlocks: true) is not null;
    }

    private IEnumerable<string> Lines()
    {
        while (input.ReadLine() is { } line)
        {
            yield return line;
        }
    }
}
