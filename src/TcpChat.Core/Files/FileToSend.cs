using TcpChat.Errors;

namespace TcpChat.Files;

/// <summary>A file that is open to be sent, by one session or by several at the same time, each at its own speed.</summary>
public sealed class FileToSend : IDisposable
{
    private readonly FileStream _stream;

    private FileToSend(string path, FileStream stream)
    {
        Path = path;
        _stream = stream;
        IsSeekable = stream.CanSeek;

        // What the system makes as it is read, such as /proc/version, has no length before.
        Length = IsSeekable && stream.Length > 0 ? stream.Length : null;
    }

    /// <summary>Its full path.</summary>
    public string Path { get; }

    /// <summary>How many bytes it has now; null where nobody knows, as of a named pipe.</summary>
    public long? Length { get; }

    /// <summary>True where several can read it at once.</summary>
    public bool IsSeekable { get; }

    /// <summary>Opens a file.</summary>
    /// <exception cref="ChatException">
    /// <see cref="ChatErrorCode.FileNotFound"/>, <see cref="ChatErrorCode.PathIsFolder"/>,
    /// <see cref="ChatErrorCode.FileAccessDenied"/> or <see cref="ChatErrorCode.FileReadFailed"/>.
    /// </exception>
    public static FileToSend Open(string path)
    {
        try
        {
            // No buffer: pieces are large, and each session reads at its own place.
            FileStream stream = new(
                path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0, FileOptions.SequentialScan | FileOptions.Asynchronous);
            return new FileToSend(path, stream);
        }
        catch (Exception e) when (FileFault.IsFault(e))
        {
            throw FileFault.ToOpen(e, path, toWrite: false);
        }
    }

    /// <summary>Closes it.</summary>
    public void Dispose() => _stream.Dispose();

    /// <summary>Reads what is at that place; 0 at the end.</summary>
    internal ValueTask<int> ReadAsync(Memory<byte> buffer, long offset, CancellationToken cancellationToken) =>
        RandomAccess.ReadAsync(_stream.SafeFileHandle, buffer, offset, cancellationToken);
}
