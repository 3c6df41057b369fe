using System.Diagnostics;
using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace TcpChat.PowerShell.Tests;

/// <summary>A script that runs while the test goes on.</summary>
public sealed class RunningScript : IDisposable
{
    private readonly System.Management.Automation.PowerShell _shell = System.Management.Automation.PowerShell.Create();
    private readonly PSDataCollection<PSObject> _output = [];
    private readonly SemaphoreSlim _written = new(0);
    private readonly IAsyncResult _running;
    private readonly Runspace? _owned;

    public RunningScript(Runspace runspace, string script, object?[] arguments, Runspace? owned = null)
    {
        _owned = owned;
        _shell.Runspace = runspace;
        _shell.AddScript(script);
        foreach (object? argument in arguments)
        {
            _shell.AddArgument(argument);
        }

        _output.DataAdded += (_, _) => _written.Release();
        _running = _shell.BeginInvoke<PSObject, PSObject>(null, _output);
    }

    /// <summary>What it has written so far.</summary>
    public PSDataCollection<PSObject> Output => _output;

    public PSInvocationState State => _shell.InvocationStateInfo.State;

    /// <summary>Waits until it has written one more object.</summary>
    public PSObject Next()
    {
        Assert.True(_written.Wait(TimeSpan.FromSeconds(20)), "The script wrote nothing more within 20 s.");
        return _output.ReadAll()[0];
    }

    /// <summary>Waits until it has written so many objects in all, and gives them.</summary>
    public IReadOnlyList<PSObject> Wait(int count)
    {
        for (int i = 0; i < count; i++)
        {
            Assert.True(_written.Wait(TimeSpan.FromSeconds(20)), $"The script wrote {i} objects of {count} within 20 s.");
        }

        return [.. _output];
    }

    /// <summary>Waits for its end.</summary>
    public (IReadOnlyList<PSObject> Output, IReadOnlyList<ErrorRecord> Errors) End(TimeSpan limit)
    {
        Assert.True(_running.AsyncWaitHandle.WaitOne(limit), $"The script did not end within {limit.TotalSeconds} s.");
        List<ErrorRecord> errors = [];
        try
        {
            _shell.EndInvoke(_running);
        }
        catch (PipelineStoppedException)
        {
            // Stopped by the test.
        }
        catch (RuntimeException e)
        {
            errors.Add(e.ErrorRecord);
        }

        return ([.. _output], [.. _shell.Streams.Error, .. errors]);
    }

    /// <summary>Stops it as Ctrl+C does, and says how long that took.</summary>
    public TimeSpan Stop()
    {
        long begin = Stopwatch.GetTimestamp();
        Assert.True(_shell.BeginStop(null, null).AsyncWaitHandle.WaitOne(TimeSpan.FromSeconds(20)), "Stopping took more than 20 s.");
        return Stopwatch.GetElapsedTime(begin);
    }

    public void Dispose()
    {
        if (State == PSInvocationState.Running)
        {
            _shell.BeginStop(null, null).AsyncWaitHandle.WaitOne(TimeSpan.FromSeconds(20));
        }

        _shell.Dispose();
        _owned?.Dispose();
        _written.Dispose();
    }
}
