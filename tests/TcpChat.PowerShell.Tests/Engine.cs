using System.Management.Automation;
using System.Management.Automation.Host;
using System.Management.Automation.Runspaces;

namespace TcpChat.PowerShell.Tests;

/// <summary>A runspace of the real engine with the built module in it. Disposing it removes the module, which ends all it started.</summary>
public sealed class Engine : IDisposable
{
    /// <summary>Longer than anything a test waits for; only a hang comes to it.</summary>
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);

    public Engine()
        : this(RunspaceFactory.CreateRunspace(InitialSessionState.CreateDefault2()))
    {
    }

    /// <summary>The same with a host of one's own.</summary>
    internal Engine(PSHost host)
        : this(RunspaceFactory.CreateRunspace(host, InitialSessionState.CreateDefault2()))
    {
    }

    private Engine(Runspace runspace)
    {
        Runspace = runspace;
        Runspace.Open();
        Run("param($Manifest) Import-Module $Manifest", Repository.Manifest);
    }

    public Runspace Runspace { get; }

    /// <summary>Runs a script and gives what it writes; an error it writes or throws fails the test.</summary>
    public IReadOnlyList<PSObject> Run(string script, params object?[] arguments)
    {
        (IReadOnlyList<PSObject> output, IReadOnlyList<ErrorRecord> errors) = RunWithErrors(script, arguments);
        Assert.True(errors.Count == 0, string.Join("; ", errors));
        return output;
    }

    /// <summary>Runs a script that gives one object, and gives that without PowerShell's wrapper.</summary>
    public T Get<T>(string script, params object?[] arguments) => (T)Assert.Single(Run(script, arguments)).BaseObject;

    /// <summary>Runs a script and gives what it writes as text, in one line.</summary>
    public string Text(string script, params object?[] arguments) => string.Join("|", Run(script, arguments));

    /// <summary>Runs a script and gives its one error.</summary>
    public ErrorRecord Error(string script, params object?[] arguments) => Assert.Single(RunWithErrors(script, arguments).Errors);

    /// <summary>Runs a script and gives what it writes and its errors, a terminating one last.</summary>
    public (IReadOnlyList<PSObject> Output, IReadOnlyList<ErrorRecord> Errors) RunWithErrors(string script, params object?[] arguments)
    {
        using RunningScript running = Begin(script, arguments);
        return running.End(s_limit);
    }

    /// <summary>Starts a script in this runspace, to be waited for or stopped.</summary>
    public RunningScript Begin(string script, params object?[] arguments) => new(Runspace, script, arguments);

    /// <summary>Starts a script in a new runspace that has the module too.</summary>
    public static RunningScript BeginElsewhere(string script, params object?[] arguments)
    {
        Runspace runspace = RunspaceFactory.CreateRunspace(InitialSessionState.CreateDefault2());
        runspace.Open();
        return new RunningScript(runspace, $"Import-Module '{Repository.Manifest}'; & {{ {script} }} @args", arguments, owned: runspace);
    }

    public void Dispose()
    {
        using (RunningScript removing = Begin("Remove-Module TcpChat"))
        {
            removing.End(s_limit);
        }

        Runspace.Dispose();
    }
}
