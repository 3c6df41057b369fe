using System.Management.Automation;
using TcpChat.Errors;
using TcpChat.Files;
using TcpChat.Sessions;
using TcpChat.Transcripts;

namespace TcpChat.Commands;

/// <summary>
/// What all commands share: a token that is cancelled when the pipeline stops or has ended, and waiting with it.
/// EndProcessing does not run under Select-Object -First, so whatever must be cleaned up is cleaned up in Dispose.
/// </summary>
public abstract class ChatCommand : PSCmdlet, IDisposable
{
    /// <summary>The longest time that can be asked for, in seconds: about 24 days, what the system's timers take.</summary>
    internal const double LongestTimeoutSec = 2_147_483;

    private readonly CancellationTokenSource _stop = new();
    private bool _disposed;

    /// <summary>Cancelled on Ctrl+C and at the end of the pipeline.</summary>
    protected CancellationToken StopToken => _stop.Token;

    /// <summary>Ends what the command holds.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc/>
    protected override void StopProcessing() => _stop.Cancel();

    /// <summary>Ends what the command holds. Called once the pipeline is over, however it ended.</summary>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing && !_disposed)
        {
            _disposed = true;
            _stop.Cancel();
            _stop.Dispose();
        }
    }

    /// <summary>Waits on the pipeline's thread. Whatever is waited for must end on <see cref="StopToken"/>.</summary>
    protected T Await<T>(Task<T> task)
    {
        try
        {
            return task.GetAwaiter().GetResult();
        }
        catch (OperationCanceledException) when (StopToken.IsCancellationRequested)
        {
            throw new PipelineStoppedException();
        }
    }

    /// <inheritdoc cref="Await{T}(Task{T})"/>
    protected void Await(Task task)
    {
        try
        {
            task.GetAwaiter().GetResult();
        }
        catch (OperationCanceledException) when (StopToken.IsCancellationRequested)
        {
            throw new PipelineStoppedException();
        }
    }

    /// <summary>A limit in time for waits that follow; 0 seconds: what is not there now is too late.</summary>
    private protected Deadline StartDeadline(double seconds) => new(TimeSpan.FromSeconds(seconds), StopToken);

    /// <summary>Reports one target's failure and goes on.</summary>
    /// <param name="exception">What happened.</param>
    /// <param name="target">The session, or the endpoint as text.</param>
    protected void WriteError(ChatException exception, object? target) => WriteError(ChatErrorRecord.Create(exception, target));

    /// <summary>Says, once, that what a session sends and receives could not be written down.</summary>
    private protected void WarnOfTranscript(ChatSession session)
    {
        if (session.Options.Transcript is { } transcript && transcript.TakeNotice() is { } error)
        {
            WriteWarning(TranscriptWarning.Text(transcript, error));
        }
    }

    /// <summary>Reports how a file's transfer has ended.</summary>
    private protected void WriteTransfer(FileTransfer transfer)
    {
        try
        {
            WarnOfTranscript(transfer.Session);
            Await(transfer.Completion);
            WriteObject(transfer);
        }
        catch (ChatException e)
        {
            WriteError(e, e.Transfer is null && e.Code != ChatErrorCode.SessionClosed && e.Code != ChatErrorCode.SessionInOtherProcess ? transfer.Path : transfer.Session);
        }
    }

    /// <summary>Reports that the command's parameters make no sense together, and ends it.</summary>
    protected void ThrowInvalidArgument(string id, string message, object? target = null) =>
        ThrowTerminatingError(new ErrorRecord(new ArgumentException(message), id, ErrorCategory.InvalidArgument, target));
}
