using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using Microsoft.PowerShell;

namespace TcpChat.Host;

/// <summary>The one runspace of the host: opens it, runs commands in it one at a time, stops them, and ends it in order.</summary>
internal sealed class EngineSession : IDisposable
{
    private const string ModuleName = "TcpChat";
    private static readonly TimeSpan s_endLimit = TimeSpan.FromSeconds(10);

    private readonly TcpChatHost _host;
    private readonly Runspace _runspace;
    private readonly Lock _runningLock = new();
    private readonly Lock _endLock = new();
    private Pipeline? _running;
    private bool _ending;
    private bool _ended;

    public EngineSession(TcpChatHost host)
    {
        _host = host;
        var state = InitialSessionState.CreateDefault2();
        if (OperatingSystem.IsWindows())
        {
            state.ExecutionPolicy = ExecutionPolicy.Bypass;
        }

        _runspace = RunspaceFactory.CreateRunspace(host, state);
        _runspace.ThreadOptions = PSThreadOptions.ReuseThread;
        _runspace.Open();
        EngineIsolation.AfterRunspaceOpened(_runspace);
        Runspace.DefaultRunspace = _runspace;
        MissingCommand.Register(_runspace);
    }

    public Runspace Runspace => _runspace;

    /// <summary>Whether a command was stopped from outside since this was last reset.</summary>
    public bool WasInterrupted { get; private set; }

    /// <summary>Runs one command with its output shown, as at a prompt, and gives back the exception that ended it, if one did.</summary>
    public Exception? Run(Command command, bool addToHistory = false, IEnumerable<string>? input = null)
    {
        using Pipeline pipeline = addToHistory
            ? _runspace.CreatePipeline(command.CommandText, addToHistory: true)
            : _runspace.CreatePipeline();
        if (addToHistory)
        {
            foreach (CommandParameter parameter in command.Parameters)
            {
                pipeline.Commands[0].Parameters.Add(parameter);
            }
        }
        else
        {
            pipeline.Commands.Add(command);
        }

        pipeline.Commands[0].MergeMyResults(PipelineResultTypes.Error, PipelineResultTypes.Output);
        pipeline.Commands.Add(OutDefault());
        return Execute(pipeline, input);
    }

    /// <summary>Evaluates a text for the host's own use; what it emits is not shown, and nothing it throws matters.</summary>
    public Collection<PSObject> Evaluate(string text)
    {
        using Pipeline pipeline = _runspace.CreatePipeline(text);
        try
        {
            Track(pipeline);
            return pipeline.Invoke();
        }
        catch (RuntimeException)
        {
            return [];
        }
        catch (InvalidPipelineStateException)
        {
            return [];
        }
        finally
        {
            Track(null);
        }
    }

    /// <summary>The engine's verdict on the last statement.</summary>
    public bool LastStatementSucceeded()
    {
        return Evaluate("$global:?") is [var verdict] && LanguagePrimitives.IsTrue(verdict);
    }

    /// <summary>Shows an exception the way the engine shows an error.</summary>
    public void Report(Exception exception)
    {
        if (exception is PipelineStoppedException)
        {
            return;
        }

        if (exception is IncompleteParseException)
        {
            // The engine formats it as nothing: it expects a prompt that asks for more.
            _host.UI.WriteErrorLine("ParserError: " + exception.Message);
            return;
        }

        ErrorRecord record = exception is IContainsErrorRecord holder
            ? holder.ErrorRecord
            : new ErrorRecord(exception, "TcpChat.Host", ErrorCategory.NotSpecified, null);
        using Pipeline pipeline = _runspace.CreatePipeline();
        pipeline.Commands.Add(OutDefault());
        pipeline.Input.Write(record);
        using (_host.HostUI.LinesAreErrors())
        {
            if (Execute(pipeline, input: null) is not null)
            {
                _host.UI.WriteErrorLine(exception.Message);
            }
        }
    }

    public void ResetInterrupted()
    {
        WasInterrupted = false;
    }

    /// <summary>Stops the running command, if there is one; does not wait for it.</summary>
    public void Interrupt()
    {
        lock (_runningLock)
        {
            WasInterrupted = true;
            _running?.StopAsync();
        }
    }

    /// <summary>Stops what runs, removes the module so that its servers and sessions end in order, and closes the runspace.</summary>
    public void End()
    {
        lock (_endLock)
        {
            if (_ended)
            {
                return;
            }

            _ended = true;
            // A command that does not heed its stop must not keep the program alive.
            Task.Run(EndInOrder).Wait(s_endLimit);
        }
    }

    public void Dispose()
    {
        // Not the runspace here: if it could not be ended within the limit, disposing of it would wait without one.
        End();
    }

    private void EndInOrder()
    {
        Pipeline? last;
        lock (_runningLock)
        {
            _ending = true;
            last = _running;
        }

        try
        {
            last?.Stop();
            using Pipeline removal = _runspace.CreatePipeline();
            var command = new Command("Remove-Module");
            command.Parameters.Add("Name", ModuleName);
            command.Parameters.Add("Force");
            command.Parameters.Add("ErrorAction", ActionPreference.Ignore);
            removal.Commands.Add(command);
            removal.Invoke();
            _runspace.Dispose();
        }
        catch (Exception failure) when (failure is RuntimeException or InvalidRunspaceStateException or InvalidPipelineStateException)
        {
            _host.UI.WriteErrorLine($"tcpchat: {failure.Message}");
        }
    }

    private Exception? Execute(Pipeline pipeline, IEnumerable<string>? input)
    {
        using var finished = new ManualResetEventSlim();
        pipeline.StateChanged += (_, change) =>
        {
            if (change.PipelineStateInfo.State is PipelineState.Completed or PipelineState.Failed or PipelineState.Stopped)
            {
                finished.Set();
            }
        };

        try
        {
            Track(pipeline);
            if (input is null)
            {
                // Closed before the start: a command with open input would wait for objects instead of running once.
                pipeline.Input.Close();
            }

            pipeline.InvokeAsync();
            if (input is not null)
            {
                Feed(pipeline, input);
            }

            finished.Wait();
            return pipeline.PipelineStateInfo.Reason;
        }
        catch (InvalidPipelineStateException)
        {
            // Stopped before it began.
            return new PipelineStoppedException();
        }
        finally
        {
            Track(null);
            _host.HostUI.EndProgress();
        }
    }

    private static void Feed(Pipeline pipeline, IEnumerable<string> input)
    {
        // On a thread of its own: reading may wait for ever, and the command may end before its input does.
        var feeder = new Thread(() =>
        {
            try
            {
                foreach (string line in input)
                {
                    pipeline.Input.Write(line);
                }

                pipeline.Input.Close();
            }
            catch (PipelineClosedException)
            {
                // The command needed no more.
            }
        })
        { IsBackground = true, Name = "tcpchat input" };
        feeder.Start();
    }

    private void Track(Pipeline? pipeline)
    {
        lock (_runningLock)
        {
            if (_ending && pipeline is not null)
            {
                throw new InvalidPipelineStateException();
            }

            _running = pipeline;
        }
    }

    private static Command OutDefault()
    {
        return new Command("Out-Default")
        {
            MergeUnclaimedPreviousCommandResults = PipelineResultTypes.Error | PipelineResultTypes.Output,
        };
    }
}
