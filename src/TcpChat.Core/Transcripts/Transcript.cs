using TcpChat.Errors;
using TcpChat.Files;

namespace TcpChat.Transcripts;

/// <summary>
/// Where the sessions of a server, or of one connecting, are written down: a file of JSON Lines, an object for each message
/// and each event. A record is in the file, whole, before the conversation goes on. Where writing fails, the conversation
/// goes on all the same: the record is lost and counted, and the next is tried again.
/// </summary>
public sealed class Transcript : IDisposable
{
    private readonly Lock _gate = new();
    private TranscriptFile? _file;
    private long _errors;
    private long _lost;
    private int _users;
    private bool _disposed;
    private Exception? _notice;

    /// <summary>Makes a transcript, whose file is opened when it is written to.</summary>
    /// <param name="path">The file's full path.</param>
    public Transcript(string path)
    {
        Path = path;
        Retain();
    }

    /// <summary>Raised when writing fails that did not fail before, from whatever thread wrote. Handlers must not block.</summary>
    public event Action<Exception>? Failed;

    /// <summary>The file's full path.</summary>
    public string Path { get; }

    /// <summary>Records that could not be written.</summary>
    public long Errors => Volatile.Read(ref _errors);

    /// <summary>Opens the file now.</summary>
    /// <exception cref="ChatException">
    /// <see cref="ChatErrorCode.FileNotFound"/> (no such folder), <see cref="ChatErrorCode.PathIsFolder"/>,
    /// <see cref="ChatErrorCode.FileAccessDenied"/>, <see cref="ChatErrorCode.DiskFull"/> or <see cref="ChatErrorCode.FileWriteFailed"/>.
    /// </exception>
    public void Open()
    {
        try
        {
            lock (_gate)
            {
                _file?.Open();
            }
        }
        catch (Exception e) when (FileFault.IsFault(e))
        {
            throw FileFault.ToOpenShared(e, Path);
        }
    }

    /// <summary>Writes down that something failed that has no session.</summary>
    /// <param name="target">What it concerns, such as the address to connect to.</param>
    /// <param name="error">What happened.</param>
    public void WriteFailure(string target, Exception error) =>
        TranscriptRecord.Write(this, TimeProvider.System, new TranscriptRecord.Head("failed"), json =>
        {
            json.WriteString("target", target);
            json.WriteString("error", error.Message);
        });

    /// <summary>What writing last failed with and nobody was told yet; null where nothing. Given once.</summary>
    public Exception? TakeNotice() => Volatile.Read(ref _notice) is null ? null : Interlocked.Exchange(ref _notice, null);

    /// <summary>The owner needs it no longer; the file is closed when its sessions are over too.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (!_disposed)
            {
                _disposed = true;
                Release();
            }
        }
    }

    internal void Retain()
    {
        lock (_gate)
        {
            _users++;
            _file ??= TranscriptFile.Use(Path);
        }
    }

    internal void Release()
    {
        lock (_gate)
        {
            if (--_users == 0)
            {
                _file?.Release();
                _file = null;
            }
        }
    }

    internal void Append(ReadOnlySpan<byte> line)
    {
        Exception? failure;
        lock (_gate)
        {
            Retain();
            failure = _lost == 0 ? _file!.Append(line) : _file!.Append([.. TranscriptRecord.Lost(_lost), .. line]);
            Release();
            if (failure is null)
            {
                _lost = 0;
                return;
            }

            _errors++;
            if (_lost++ > 0)
            {
                return;
            }
        }

        Volatile.Write(ref _notice, failure);
        Failed?.Invoke(failure);
    }
}
