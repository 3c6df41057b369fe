using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;

namespace TcpChat.Host;

/// <summary>Keeps a PowerShell installed beside us out: its modules, its settings file, its telemetry.</summary>
internal static class EngineIsolation
{
    private const string ModulePath = "PSModulePath";
    private const string ConfigHome = "XDG_CONFIG_HOME";

    /// <summary>
    /// The only folder in which the host looks for modules. TcpChat lies there, and the engine loads it when one of its commands
    /// is first used. Not sooner: a script that imports another copy by path would then meet two of the same types.
    /// </summary>
    public static string ModulesFolder { get; } = Path.Combine(AppContext.BaseDirectory, "Modules");

    /// <summary>Must run before anything else touches the engine.</summary>
    public static void BeforeEngineStarts()
    {
        Environment.SetEnvironmentVariable("POWERSHELL_TELEMETRY_OPTOUT", "1");
        Environment.SetEnvironmentVariable(ModulePath, ModulesFolder);

        // The engine asks once where the user's powershell.config.json lies; children get back what they would have had.
        string? configHome = Environment.GetEnvironmentVariable(ConfigHome);
        Environment.SetEnvironmentVariable(ConfigHome, AppContext.BaseDirectory);
        RuntimeHelpers.RunClassConstructor(typeof(Platform).TypeHandle);
        Environment.SetEnvironmentVariable(ConfigHome, configHome);

        if (OperatingSystem.IsWindows())
        {
            // Read by the engine as the policy of this process: what the command line names is run, as in any embedded engine.
            Environment.SetEnvironmentVariable("PSExecutionPolicyPreference", "Bypass");
        }
    }

    /// <summary>Undoes what opening a runspace does: the engine puts the user's and the machine's folders in front.</summary>
    public static void AfterRunspaceOpened(Runspace runspace)
    {
        string opened = Environment.GetEnvironmentVariable(ModulePath) ?? "";
        Environment.SetEnvironmentVariable(ModulePath, ModulesFolder);
        if (!opened.EndsWith(ModulesFolder, StringComparison.Ordinal) || opened.Length == ModulesFolder.Length)
        {
            return;
        }

        // Any further runspace, such as those of ForEach-Object -Parallel, does it again and to the whole process. Nothing tells
        // us of it, so it is undone before a command is looked up; what a script itself has put there stays.
        string added = opened[..^ModulesFolder.Length];
        runspace.SessionStateProxy.InvokeCommand.PreCommandLookupAction += (_, _) =>
        {
            if (Environment.GetEnvironmentVariable(ModulePath) is { } path && path.StartsWith(added, StringComparison.Ordinal))
            {
                Environment.SetEnvironmentVariable(ModulePath, path[added.Length..]);
            }
        };
    }
}
