using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace TcpChat.PowerShell.Tests.Help;

/// <summary>A runspace of the engine's core commands with the built module in it.</summary>
internal sealed class ModuleRunspace : IDisposable
{
    private readonly Runspace _runspace;

    public ModuleRunspace()
    {
        InitialSessionState state = InitialSessionState.CreateDefault2();
        if (OperatingSystem.IsWindows())
        {
            state.ExecutionPolicy = Microsoft.PowerShell.ExecutionPolicy.Bypass;
        }

        _runspace = RunspaceFactory.CreateRunspace(state);
        _runspace.Open();
        Invoke(shell => shell.AddCommand("Import-Module").AddParameter("Name", HelpFiles.Manifest).AddParameter("ErrorAction", "Stop"));
    }

    /// <summary>The module's cmdlets.</summary>
    public IReadOnlyList<CmdletInfo> GetCmdlets() =>
        [.. Invoke(static shell => shell.AddCommand("Get-Command").AddParameter("Module", "TcpChat")).Select(static o => (CmdletInfo)o.BaseObject)];

    /// <summary>True where the engine has that command by itself or from the module.</summary>
    public bool HasCommand(string name) => Invoke(
        shell => shell.AddCommand("Get-Command").AddParameter("Name", name).AddParameter("ErrorAction", "Ignore")).Count > 0;

    /// <summary>Runs one command.</summary>
    public IReadOnlyList<PSObject> Invoke(Action<System.Management.Automation.PowerShell> build)
    {
        using System.Management.Automation.PowerShell shell = System.Management.Automation.PowerShell.Create(_runspace);
        build(shell);
        return [.. shell.Invoke()];
    }

    /// <summary>Runs a script for a limited time; what it gives, as text, and its errors.</summary>
    public (IReadOnlyList<string> Output, IReadOnlyList<string> Errors) Run(string script, TimeSpan limit)
    {
        using System.Management.Automation.PowerShell shell = System.Management.Automation.PowerShell.Create(_runspace);
        shell.AddScript(script);
        IAsyncResult running = shell.BeginInvoke();
        if (!running.AsyncWaitHandle.WaitOne(limit))
        {
            shell.Stop();
            Assert.Fail($"It has not ended within {limit.TotalSeconds} s:\n{script}");
        }

        PSDataCollection<PSObject> output = shell.EndInvoke(running);
        return (
            [.. output.Select(static o => LanguagePrimitives.ConvertTo<string>(o))],
            [.. shell.Streams.Error.Select(static e => $"{e.FullyQualifiedErrorId}: {e.Exception.Message}")]);
    }

    /// <summary>Ends what a script may have left, by removing the module, and the runspace.</summary>
    public void Dispose()
    {
        Invoke(static shell => shell.AddScript("Get-Job | Remove-Job -Force; Remove-Module TcpChat"));
        _runspace.Dispose();
    }
}
