using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using TcpChat.Errors;
using TcpChat.Jobs;
using TcpChat.Registry;
using TcpChat.Sessions;

namespace TcpChat.Handlers;

/// <summary>A thread with a runspace of its own that serves one session after the other.</summary>
#pragma warning disable CA1001 // Without a timer or a wait handle the source holds nothing.
internal abstract class HandlerWorker(HandlerPool pool)
#pragma warning restore CA1001
{
    /// <summary>How long a script may take to end when it is stopped; then its thread is left to itself.</summary>
    private static readonly TimeSpan s_stopTime = TimeSpan.FromSeconds(4);

    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _gone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stopping = new();
    private readonly CultureInfo _culture = CultureInfo.CurrentCulture;
    private readonly Lock _gate = new();
    private HandledSession? _current;
    private PowerShell? _shell;
    private IReadOnlyList<ChatSession> _initialClients = [];
    private IReadOnlyList<TcpChatServerJob> _initialServers = [];

    /// <summary>Ends when it can serve, or fails when it never will.</summary>
    public Task Ready => _ready.Task;

    protected HandlerPool Pool => pool;

    protected HandlerOptions Options => pool.Options;

    protected Runspace Runspace { get; private set; } = null!;

    /// <summary>The runspace from within.</summary>
    protected EngineIntrinsics Intrinsics { get; private set; } = null!;

    /// <summary>Cancelled when the script that runs was stopped; the worker then goes.</summary>
    protected CancellationToken Stopping => _stopping.Token;

    /// <summary>The session it serves now.</summary>
    protected HandledSession? Current => Volatile.Read(ref _current);

    public void Start() => new Thread(Run) { IsBackground = true, Name = "TcpChatHandler" }.Start();

    /// <summary>Stops the script if it is serving that session. Returns at once; the session's handler has ended some time later, whatever the script does.</summary>
    public void Stop(HandledSession session)
    {
        PowerShell? shell;
        lock (_gate)
        {
            if (_current != session)
            {
                return;
            }

            shell = _shell;
            _stopping.Cancel();
        }

        _ = Task.Run(() => StopAsync(session, shell));
    }

    /// <summary>True where it shall take no session any more.</summary>
    public bool IsGoing => _stopping.IsCancellationRequested;

    /// <summary>Serves until the pool says that it shall go, or until it was stopped.</summary>
    protected abstract void Serve();

    /// <summary>Takes the next session; null when the worker shall go.</summary>
    protected HandledSession? TakeNext()
    {
        HandledSession? next = pool.Take(this);

        // A handler may have changed it; it belongs to the thread.
        CultureInfo.CurrentCulture = _culture;
        lock (_gate)
        {
            _current = next;
        }

        return next;
    }

    /// <summary>Serves no session any more.</summary>
    protected HandledSession? Release()
    {
        lock (_gate)
        {
            HandledSession? released = _current;
            _current = null;
            return released;
        }
    }

    /// <summary>Runs a script on this thread. What it writes goes to the streams of the session that is served.</summary>
    /// <param name="script">The script.</param>
    /// <param name="parameters">Its parameters.</param>
    /// <param name="output">What takes its output.</param>
    /// <returns>What ended it, if not its own end.</returns>
    protected Exception? Invoke(string script, IReadOnlyDictionary<string, object?> parameters, Action<PSObject> output)
    {
        using PowerShell shell = PowerShell.Create();
        shell.Runspace = Runspace;
        shell.AddScript(script, useLocalScope: true);
        foreach ((string name, object? value) in parameters)
        {
            shell.AddParameter(name, value);
        }

        if (Options.Block.Using.Count > 0)
        {
            // How the engine itself passes the values of $using: expressions to a script.
            shell.AddParameter("--%", Options.Block.Using);
        }

        HandlerStreams.Forward(shell.Streams, Record);
        shell.InvocationStateChanged += (_, e) =>
        {
            // A stop that came before the script runs has had no effect.
            if (e.InvocationStateInfo.State == PSInvocationState.Running && Stopping.IsCancellationRequested)
            {
                shell.BeginStop(null, null);
            }
        };
        lock (_gate)
        {
            _shell = shell;
        }

        try
        {
            shell.Invoke(null, new OutputSink(output));
            return null;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return e;
        }
        finally
        {
            lock (_gate)
            {
                _shell = null;
            }
        }
    }

    /// <summary>Puts something into the streams of the connection's job.</summary>
    protected void Record(object record) => Current?.Record(record);

    /// <summary>What a handler has connected to or started and left goes with it; what the initialization script has is kept.</summary>
    protected void CloseWhatIsLeft()
    {
        foreach (ChatSession client in ChatRegistry.OwnClients().Except(_initialClients))
        {
            _ = client.CloseAsync(client.Options.DrainTimeout);
        }

        foreach (TcpChatServerJob server in ChatRegistry.OwnServers().Except(_initialServers))
        {
            server.Dispose();
        }
    }

    /// <summary>Writes what ended a script to the error stream.</summary>
    protected void RecordFailure(Exception failure)
    {
        switch (failure)
        {
            case PipelineStoppedException:
                break;
            case IContainsErrorRecord { ErrorRecord: { } record }:
                Current?.RecordFailure(record);
                break;
            case ChatException exception:
                Current?.RecordFailure(ChatErrorRecord.Create(exception, Current?.Session));
                break;
            default:
                Current?.RecordFailure(new ErrorRecord(failure, "HandlerFailed", ErrorCategory.NotSpecified, Current?.Session));
                break;
        }
    }

    private void Run()
    {
        try
        {
            Runspace = HandlerRunspace.Open(Options, pool.Closing);
            Runspace.DefaultRunspace = Runspace;
            _initialClients = ChatRegistry.OwnClients();
            _initialServers = ChatRegistry.OwnServers();
            HandlerThread.Enter(pool);
            Runspace.SessionStateProxy.SetVariable(
                "ErrorActionPreference", Options.ErrorAction == HandlerErrorAction.Close ? ActionPreference.Stop : ActionPreference.Continue);
            Intrinsics = (EngineIntrinsics)Runspace.SessionStateProxy.GetVariable("ExecutionContext");
            Runspace.StateChanged += GoWithRunspace;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            pool.Remove(this, e);
            _ready.TrySetException(e);
            return;
        }

        pool.Started();
        _ready.TrySetResult();
        try
        {
            Serve();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // An exception that left this thread would end the process.
            Release()?.End(e);
        }
        finally
        {
            pool.Remove(this);
            Release()?.End();
            _gone.TrySetResult();
            Leave();
        }
    }

    /// <summary>
    /// PowerShell closes every runspace before it exits, and waits for what runs there. The engine's stop does not wake a
    /// thread that waits for its next session.
    /// </summary>
    private void GoWithRunspace(object? sender, RunspaceStateEventArgs e)
    {
        if (e.RunspaceStateInfo.State == RunspaceState.Closing)
        {
            _stopping.Cancel();
            pool.Wake();
        }
    }

    private void Leave()
    {
        try
        {
            (_initialClients, _initialServers) = ([], []);
            CloseWhatIsLeft();
            Runspace.DefaultRunspace = null;
            Runspace.StateChanged -= GoWithRunspace;
            Runspace.Dispose();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Nothing waits for this any more, and an exception would end the process.
        }
    }

    private async Task StopAsync(HandledSession session, PowerShell? shell)
    {
        try
        {
            shell?.BeginStop(null, null);
        }
        catch (ObjectDisposedException)
        {
            // It has ended in the meantime.
        }

        Task first = await Task.WhenAny(_gone.Task, Task.Delay(s_stopTime)).ConfigureAwait(false);
        if (first != _gone.Task)
        {
            // It is inside a call that does not heed the engine. Its thread is lost until that call returns.
            pool.Remove(this);
        }

        session.End();
    }

    /// <summary>Takes a script's output as it comes.</summary>
    private sealed class OutputSink(Action<PSObject> take) : System.Collections.ObjectModel.Collection<PSObject>
    {
        protected override void InsertItem(int index, PSObject item)
        {
            if (item is not null)
            {
                take(item);
            }
        }
    }
}
