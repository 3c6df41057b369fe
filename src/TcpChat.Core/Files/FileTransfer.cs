using TcpChat.Errors;
using TcpChat.Sessions;

namespace TcpChat.Files;

/// <summary>One file on its way over one session, or the result of that. Live while it goes.</summary>
public sealed class FileTransfer
{
    private readonly long _begin;
    private long _length;
    private TimeSpan? _duration;

    private FileTransfer(ChatSession session, string path, TransferDirection direction, long? totalLength)
    {
        Session = session;
        Path = path;
        Direction = direction;
        TotalLength = totalLength;
        _begin = session.Options.TimeProvider.GetTimestamp();
    }

    /// <summary>The file's full path.</summary>
    public string Path { get; }

    /// <summary>The session.</summary>
    public ChatSession Session { get; }

    /// <summary>Which way it goes.</summary>
    public TransferDirection Direction { get; }

    /// <summary>Bytes of the file so far: handed to the system for sending, or written to the file.</summary>
    public long Length => Volatile.Read(ref _length);

    /// <summary>How many bytes it will be; null where nobody knows.</summary>
    public long? TotalLength { get; }

    /// <summary>How long it has taken.</summary>
    public TimeSpan Duration => _duration ?? Elapsed;

    /// <summary>Bytes in a second, on average.</summary>
    public double BytesPerSecond => Duration > TimeSpan.Zero ? Length / Duration.TotalSeconds : 0;

    /// <summary>Ends with the transfer; fails with a <see cref="ChatException"/> where the file is not whole, and is cancelled where it was stopped.</summary>
    public Task Completion { get; private set; } = Task.CompletedTask;

    /// <summary>How far it is, as the beginning of a sentence.</summary>
    internal string Progress
    {
        get
        {
            string of = TotalLength is { } total ? $" of {total}" : string.Empty;
            return Direction == TransferDirection.Sent
                ? $"{Length}{of} bytes of the file '{Path}' were sent by the session {Session.Id} ({Session.Name})"
                : $"{Length}{of} bytes from the session {Session.Id} ({Session.Name}) were received, and are in the file '{Path}',";
        }
    }

    private TimeSpan Elapsed => Session.Options.TimeProvider.GetElapsedTime(_begin);

    /// <summary>
    /// Begins to send a file. Other senders of the session wait until it is over. Where it ends in the middle and part of it
    /// has gone, the session is cut: whatever came next, the peer would take as part of the file.
    /// </summary>
    /// <param name="session">The session.</param>
    /// <param name="file">The file, to be disposed when all that send it have ended.</param>
    /// <param name="limits">How long it may take.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static FileTransfer Send(ChatSession session, FileToSend file, FileTransferLimits limits, CancellationToken cancellationToken = default)
    {
        FileTransfer transfer = new(session, file.Path, TransferDirection.Sent, file.Length);
        transfer.Run(clock => new FileSender(session, file, transfer, clock).RunAsync(), limits, cancellationToken);
        return transfer;
    }

    /// <summary>
    /// Begins to write what a session receives to a file. What came before it ended is in the file, however it ends, and all
    /// else stays in the session's inbox.
    /// </summary>
    /// <param name="session">The session.</param>
    /// <param name="path">The file's full path.</param>
    /// <param name="options">What belongs to the file.</param>
    /// <param name="limits">How long it may take.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static FileTransfer Receive(
        ChatSession session, string path, ReceiveFileOptions options, FileTransferLimits limits, CancellationToken cancellationToken = default)
    {
        FileTransfer transfer = new(session, path, TransferDirection.Received, options.Length);
        transfer.Run(clock => new FileReceiver(session, options, transfer, clock).RunAsync(), limits, cancellationToken);
        return transfer;
    }

    /// <inheritdoc/>
    public override string ToString() => Path;

    internal void Add(long bytes) => Volatile.Write(ref _length, _length + bytes);

    /// <summary>The error of a transfer that the session's end has cut short.</summary>
    internal ChatException Incomplete() => new(
        ChatErrorCode.TransferIncomplete,
        $"{Progress} before the session ended: {Session.CloseReason?.ToString() ?? "it is closing"}.",
        Session.Error);

    private void Run(Func<TransferClock, Task> run, FileTransferLimits limits, CancellationToken stop)
    {
        Session.RecordFileBegin();
        Completion = Task.Run(() => RunAsync(run, limits, stop), CancellationToken.None);
    }

    private void End(Exception? error)
    {
        _duration = Elapsed;
        Session.RecordFileEnd(this, error);
    }

    private async Task RunAsync(Func<TransferClock, Task> run, FileTransferLimits limits, CancellationToken stop)
    {
        try
        {
            await RunWithinAsync(run, limits, stop).ConfigureAwait(false);
            End(null);
        }
        catch (Exception e)
        {
            End(e);
            throw;
        }
    }

    private async Task RunWithinAsync(Func<TransferClock, Task> run, FileTransferLimits limits, CancellationToken stop)
    {
        using TransferClock clock = new(limits, Session.Options.TimeProvider, stop);
        try
        {
            await run(clock).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (clock.Explain(this) is { } late)
        {
            throw new ChatException(late.Code, late.Message, e) { Transfer = this };
        }
        catch (ChatException e) when (e.Transfer is null && Length > 0)
        {
            throw new ChatException(e.Code, e.Message, e.InnerException) { Transfer = this };
        }
    }
}
