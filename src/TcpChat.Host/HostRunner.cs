using System.Management.Automation;

namespace TcpChat.Host;

/// <summary>From the command line to the exit code.</summary>
internal static class HostRunner
{
    public static int Run(string[] arguments)
    {
        EngineIsolation.BeforeEngineStarts();
        var line = CommandLine.Parse(arguments, File.Exists, Console.IsInputRedirected);
        switch (line.Mode)
        {
            case LaunchMode.Version:
                Console.Out.WriteLine(HostText.VersionLine);
                return ExitCode.Success;
            case LaunchMode.Help:
                Console.Out.WriteLine(HostText.Usage);
                return ExitCode.Success;
            case LaunchMode.Refused:
                Console.Error.WriteLine(line.Error);
                Console.Error.WriteLine(HostText.Usage);
                return ExitCode.BadCommandLine;
            default:
                return RunSession(line);
        }
    }

    private static int RunSession(CommandLine line)
    {
        var terminal = new Terminal();
        var host = new TcpChatHost(new HostUserInterface(terminal, isInteractive: !line.NonInteractive));
        EngineSession session;
        try
        {
            session = new EngineSession(host);
        }
        catch (Exception failure) when (failure is RuntimeException or InvalidOperationException)
        {
            Console.Error.WriteLine($"tcpchat: the engine could not be started: {failure.Message}");
            return ExitCode.CannotStart;
        }

        using (session)
        {
            using var signals = new Signals(session);
            int exitCode = Run(line, session, host, terminal);
            session.End();
            return signals.ExitCode ?? exitCode;
        }
    }

    private static int Run(CommandLine line, EngineSession session, TcpChatHost host, Terminal terminal)
    {
        if (line.WorkingDirectory is not null)
        {
            SetLocation(session, host, line.WorkingDirectory);
        }

        var runner = new ScriptRunner(session, host, Console.In, terminal.IsInputRedirected);
        int? exitCode = line.Mode switch
        {
            LaunchMode.File => runner.RunFile(line.Text, line.Arguments, endsHost: !line.NoExit),
            LaunchMode.Command => runner.RunCommand(line.Text, line.Arguments),
            _ => null,
        };
        if (exitCode is not null && (!line.NoExit || host.RequestedExitCode is not null))
        {
            return exitCode.Value;
        }

        session.ResetInterrupted();
        if (line.Mode == LaunchMode.StandardInput || terminal.IsInputRedirected)
        {
            return new PipedInput(session, host, Console.In).Run();
        }

        if (!line.NoLogo && exitCode is null)
        {
            host.UI.WriteLine(HostText.VersionLine);
        }

        return new Prompt(session, host, terminal).Run();
    }

    private static void SetLocation(EngineSession session, TcpChatHost host, string directory)
    {
        try
        {
            session.Runspace.SessionStateProxy.Path.SetLocation(WildcardPattern.Escape(Path.GetFullPath(directory)));
        }
        catch (RuntimeException failure)
        {
            host.UI.WriteErrorLine($"tcpchat: {failure.Message}");
        }
    }
}
