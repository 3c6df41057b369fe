using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using TcpChat.Servers;

namespace TcpChat.Processes;

/// <summary>STUB until the handlers' own runner is there.</summary>
internal static class ConversationHandler
{
    public static SessionHandler Prepare(HandlerFacts facts, ServerFacts server, Action<object> record)
    {
        InitialSessionState state = InitialSessionState.CreateDefault2();
        state.ImportPSModule([facts.ModulePath]);
        state.ThrowOnRunspaceOpenError = true;
        Runspace runspace = RunspaceFactory.CreateRunspace(state);
        runspace.Open();
        if (facts.Initialization is not null)
        {
            using PowerShell shell = PowerShell.Create();
            shell.Runspace = runspace;
            shell.AddScript("$ErrorActionPreference='Stop'; " + facts.Initialization, false).Invoke();
        }

        return (session, stop) => Task.Factory.StartNew(
            () =>
            {
                using PowerShell shell = PowerShell.Create();
            shell.Runspace = runspace;
                PSDataCollection<PSObject> output = [];
                output.DataAdded += (_, e) => record(output[e.Index]);
                shell.Streams.Error.DataAdded += (_, e) => record(shell.Streams.Error[e.Index]);
                shell.Streams.Warning.DataAdded += (_, e) => record(shell.Streams.Warning[e.Index]);
                shell.Streams.Verbose.DataAdded += (_, e) => record(shell.Streams.Verbose[e.Index]);
                shell.Streams.Debug.DataAdded += (_, e) => record(shell.Streams.Debug[e.Index]);
                shell.Streams.Information.DataAdded += (_, e) => record(shell.Streams.Information[e.Index]);
                shell.AddScript("param($Session, $Server, $Rest) $ErrorActionPreference='Stop'; & {" + facts.Text + "} $Session @Rest");
                shell.AddArgument(session).AddArgument(server).AddArgument(ObjectXml.ReadInput(facts.Arguments) as ArrayList);
                using CancellationTokenRegistration registration = stop.Register(() => shell.BeginStop(null, null));
                try
                {
                    shell.Invoke(null, output);
                }
                catch (PipelineStoppedException)
                {
                    throw new OperationCanceledException(stop);
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
    }
}
