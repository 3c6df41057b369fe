using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace TcpChat.Handlers;

/// <summary>A runspace for handlers, with the module, the location and what the initialization script defines in it.</summary>
internal static class HandlerRunspace
{
    // The engine writes the process's module path when it opens a runspace, so only one is opened at a time.
    private static readonly Lock s_opening = new();

    /// <summary>Opens one on the calling thread, which alone may use it.</summary>
    /// <param name="options">What is in it.</param>
    /// <param name="closing">Ends the initialization script.</param>
    /// <exception cref="RuntimeException">The module could not be imported, or the initialization script has failed.</exception>
    public static Runspace Open(HandlerOptions options, CancellationToken closing)
    {
        InitialSessionState state = InitialSessionState.CreateDefault2();
        state.ImportPSModule([options.ModulePath]);
        state.LanguageMode = options.LanguageMode;
        state.ThrowOnRunspaceOpenError = true;
        Runspace runspace = RunspaceFactory.CreateRunspace(state);
        runspace.Name = "TcpChatHandler";
        runspace.ThreadOptions = PSThreadOptions.UseCurrentThread;
        try
        {
            lock (s_opening)
            {
                string? modulePath = Environment.GetEnvironmentVariable("PSModulePath");
                runspace.Open();
                Environment.SetEnvironmentVariable("PSModulePath", modulePath);
            }

            SetLocation(runspace, options.Location);
            Initialize(runspace, options, closing);
            return runspace;
        }
        catch
        {
            runspace.Dispose();
            throw;
        }
    }

    /// <summary>Goes to a location, if there is such a one in this runspace.</summary>
    public static void SetLocation(Runspace runspace, string location)
    {
        try
        {
            runspace.SessionStateProxy.Path.SetLocation(WildcardPattern.Escape(location));
        }
        catch (Exception e) when (e is System.Management.Automation.DriveNotFoundException or ItemNotFoundException or ProviderNotFoundException)
        {
            // A drive that only the caller's runspace has, or a folder that is gone: the process's own location stays.
        }
    }

    private static void Initialize(Runspace runspace, HandlerOptions options, CancellationToken closing)
    {
        if (options.Initialization is null)
        {
            return;
        }

        using PowerShell shell = PowerShell.Create();
        shell.Runspace = runspace;
        shell.AddScript("$ErrorActionPreference = 'Stop'", useLocalScope: false).Invoke();
        shell.Commands.Clear();

        // A stop that comes before the script runs has no effect by itself.
        shell.InvocationStateChanged += (_, e) =>
        {
            if (e.InvocationStateInfo.State == PSInvocationState.Running && closing.IsCancellationRequested)
            {
                shell.BeginStop(null, null);
            }
        };
        using CancellationTokenRegistration stop = closing.Register(() => shell.BeginStop(null, null));
        try
        {
            // Not in a scope of its own: what it defines is there for the handlers.
            shell.AddScript(options.Initialization.ToString(), useLocalScope: false).Invoke();
        }
        finally
        {
            runspace.SessionStateProxy.SetVariable("ErrorActionPreference", "Continue");
        }
    }
}
