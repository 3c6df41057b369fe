using System.ComponentModel;
using System.Management.Automation;
using System.Runtime.CompilerServices;

namespace TcpChat.Jobs;

/// <summary>
/// What the jobs of servers and of sessions share. Their state only goes forward; stopping always returns, because the
/// event that Stop-Job and Remove-Job wait for is raised whatever happens; and their output is a window on an inbox.
/// </summary>
public abstract class ChatJob : Job2
{
    private readonly Lock _gate = new();

    /// <summary>Makes a job whose output is <paramref name="output"/>.</summary>
    private protected ChatJob(string? command, string name, IList<Job> childJobs, string jobTypeName, MessageOutput output)
        : base(command, name, childJobs)
    {
        PSJobTypeName = jobTypeName;
        Messages = output;
        Output = output;

        // Assigning marks the streams as loaded; unloaded, their first use is told to DoLoadJobStreams.
        UnloadJobStreams();
    }

    /// <summary>The job's output.</summary>
    private protected MessageOutput Messages { get; }

    /// <summary>Stops, waiting for it.</summary>
    public override void StopJob() => StopCoreAsync(force: false).GetAwaiter().GetResult();

    /// <inheritdoc/>
    public override void StopJob(bool force, string reason) => StopCoreAsync(force).GetAwaiter().GetResult();

    /// <inheritdoc/>
    public override void StopJobAsync() => StopJobAsync(force: false, reason: string.Empty);

    /// <inheritdoc/>
    public override void StopJobAsync(bool force, string reason) => _ = StopAndTellAsync(force);

    /// <summary>Does nothing: the job runs from its beginning.</summary>
    public override void StartJob()
    {
    }

    /// <inheritdoc/>
    public override void StartJobAsync() => OnStartJobCompleted(new AsyncCompletedEventArgs(null, false, null));

    /// <summary>Not supported.</summary>
    /// <exception cref="PSNotSupportedException">Always.</exception>
    public override void SuspendJob() => throw CannotPause();

    /// <inheritdoc cref="SuspendJob()"/>
    public override void SuspendJob(bool force, string reason) => throw CannotPause();

    /// <summary>Completes with an error: not supported.</summary>
    public override void SuspendJobAsync() => OnSuspendJobCompleted(new AsyncCompletedEventArgs(CannotPause(), false, null));

    /// <inheritdoc cref="SuspendJobAsync()"/>
    public override void SuspendJobAsync(bool force, string reason) => SuspendJobAsync();

    /// <summary>Not supported.</summary>
    /// <exception cref="PSNotSupportedException">Always.</exception>
    public override void ResumeJob() => throw CannotPause();

    /// <summary>Completes with an error: not supported.</summary>
    public override void ResumeJobAsync() => OnResumeJobCompleted(new AsyncCompletedEventArgs(CannotPause(), false, null));

    /// <summary>Does nothing: the job never waits for input.</summary>
    public override void UnblockJob()
    {
    }

    /// <inheritdoc/>
    public override void UnblockJobAsync() => OnUnblockJobCompleted(new AsyncCompletedEventArgs(null, false, null));

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            // Whoever waits for it must not wait for ever.
            MoveTo(JobState.Stopped);
        }

        base.Dispose(disposing);
    }

    /// <summary>Stops within a time of its own; never throws.</summary>
    /// <param name="force">True where nothing need be waited for.</param>
    private protected abstract Task StopCoreAsync(bool force);

    /// <summary>Changes the state unless the job has finished or is further already.</summary>
    private protected void MoveTo(JobState state, Exception? reason = null)
    {
        lock (_gate)
        {
            JobState now = JobStateInfo.State;
            if (now == state || now is JobState.Completed or JobState.Failed or JobState.Stopped)
            {
                return;
            }

            if (state is JobState.Completed or JobState.Failed or JobState.Stopped)
            {
                Messages.Complete();
            }
        }

        try
        {
            SetStateWithReason(this, state, reason);
        }
        catch (ObjectDisposedException)
        {
            // Removed in the meantime: nobody is left to be told.
        }
    }

    private static PSNotSupportedException CannotPause() => new("A TcpChat job can be stopped, but not suspended or resumed.");

    // In the engine since 3.0, but not in the reference assembly that this module compiles against.
    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "SetJobState")]
    private static extern void SetStateWithReason(Job2 job, JobState state, Exception? reason);

    private async Task StopAndTellAsync(bool force)
    {
        Exception? failure = null;
        try
        {
            await StopCoreAsync(force).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            failure = e;
        }

        // Last, and holding nothing: Remove-Job disposes this job inside its handler.
        OnStopJobCompleted(new AsyncCompletedEventArgs(failure, false, null));
    }
}
