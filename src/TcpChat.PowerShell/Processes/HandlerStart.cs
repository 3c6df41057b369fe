using System.ComponentModel;
using System.Diagnostics;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Reflection;
using TcpChat.Errors;

namespace TcpChat.Processes;

/// <summary>Starts PowerShell so that it serves one connection.</summary>
internal sealed class HandlerStart(PowerShellProgram program)
{
    // Nothing that a process of a few seconds needs; each makes its start a little faster. Put back once it runs.
    private static readonly Dictionary<string, string> s_environment = new()
    {
        ["POWERSHELL_TELEMETRY_OPTOUT"] = "1",
        ["POWERSHELL_UPDATECHECK"] = "Off",
        ["DOTNET_TieredPGO"] = "0",
    };

    /// <summary>The variables that are set for the start, as they are here.</summary>
    public Dictionary<string, string?> EnvironmentBefore { get; } =
        s_environment.Keys.ToDictionary(static name => name, Environment.GetEnvironmentVariable);

    /// <summary>Finds the program to start.</summary>
    /// <exception cref="ChatException"><see cref="ChatErrorCode.PowerShellNotFound"/>.</exception>
    public static HandlerStart Find()
    {
        string home = Path.GetDirectoryName(typeof(PSObject).Assembly.Location)!;
        PowerShellProgram? program = PowerShellProgram.Find(
            Environment.ProcessPath,
            Assembly.GetEntryAssembly()?.Location,
            home,
            Environment.GetEnvironmentVariable("PATH"),
            File.Exists,
            out string lookedFor);
        return program is not null
            ? new HandlerStart(program)
            : throw new ChatException(
                ChatErrorCode.PowerShellNotFound, $"There is no PowerShell that could run handlers in processes of their own: {lookedFor}.");
    }

    /// <summary>Starts a process.</summary>
    /// <param name="commands">The handle of the pipe it reads.</param>
    /// <param name="facts">The handle of the pipe it writes.</param>
    /// <exception cref="ChatException"><see cref="ChatErrorCode.HandlerProcessFailed"/>.</exception>
    public Process Run(string commands, string facts)
    {
        // Loaded and not imported: only the runspace of the handler needs the commands.
        string assembly = CodeGeneration.EscapeSingleQuotedStringContent(typeof(HandlerProcess).Assembly.Location);
        ProcessStartInfo start = new(program.FileName)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            CreateNoWindow = true,
        };
        foreach (string argument in (IEnumerable<string>)[
            .. program.FirstArguments,
            "-NoProfile", "-NonInteractive", "-NoLogo", "-Command",
            $"[void][System.Reflection.Assembly]::LoadFrom('{assembly}'); [{typeof(HandlerProcess).FullName}]::Run('{commands}', '{facts}')"])
        {
            start.ArgumentList.Add(argument);
        }

        foreach ((string name, string value) in s_environment)
        {
            start.Environment[name] = value;
        }

        try
        {
            Process process = Process.Start(start)!;
            process.StandardInput.Close();
            return process;
        }
        catch (Exception e) when (e is Win32Exception or FileNotFoundException)
        {
            throw new ChatException(ChatErrorCode.HandlerProcessFailed, $"{program.FileName} could not be started: {e.Message}", e);
        }
    }
}
