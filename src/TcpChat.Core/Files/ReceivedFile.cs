using TcpChat.Errors;

namespace TcpChat.Files;

/// <summary>A file that is being written. What was written before a failure is whole; there is no half of a message in it.</summary>
internal sealed class ReceivedFile : IDisposable
{
    private readonly FileStream _stream;

    private ReceivedFile(FileStream stream) => _stream = stream;

    /// <summary>Makes the file.</summary>
    /// <exception cref="ChatException">
    /// <see cref="ChatErrorCode.FileExists"/>, <see cref="ChatErrorCode.FileNotFound"/> (no such folder),
    /// <see cref="ChatErrorCode.PathIsFolder"/>, <see cref="ChatErrorCode.FileAccessDenied"/>,
    /// <see cref="ChatErrorCode.DiskFull"/> or <see cref="ChatErrorCode.FileWriteFailed"/>.
    /// </exception>
    public static ReceivedFile Create(string path, bool overwrite)
    {
        try
        {
            // No buffer: what has arrived is to be in the file, whatever happens next.
            return new ReceivedFile(new FileStream(
                path, overwrite ? FileMode.Create : FileMode.CreateNew, FileAccess.Write, FileShare.Read | FileShare.Delete, bufferSize: 0));
        }
        catch (Exception e) when (FileFault.IsFault(e))
        {
            throw FileFault.ToOpen(e, path, toWrite: true);
        }
    }

    /// <summary>Appends all of it, or nothing where that fails.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        long before = _stream.CanSeek ? _stream.Position : 0;
        try
        {
            _stream.Write(bytes);
        }
        catch (Exception e) when (FileFault.IsFault(e) && _stream.CanSeek)
        {
            CutBack(before);
            throw;
        }
    }

    public void Dispose() => _stream.Dispose();

    private void CutBack(long length)
    {
        try
        {
            _stream.SetLength(length);
        }
        catch (Exception e) when (FileFault.IsFault(e))
        {
            // No ordinary file; what it has taken it has.
        }
    }
}
