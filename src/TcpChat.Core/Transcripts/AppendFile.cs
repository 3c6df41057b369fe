using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using TcpChat.Files;

namespace TcpChat.Transcripts;

/// <summary>
/// A file that several processes append to at the same time: each line is written by one call, and the system puts it at
/// the end, wherever that is by then. (A FileStream that appends remembers where the end was when it was opened.)
/// </summary>
internal sealed partial class AppendFile : IDisposable
{
    private const byte LineFeed = (byte)'\n';

    private readonly SafeFileHandle _handle;

    private AppendFile(SafeFileHandle handle, bool endsInsideLine)
    {
        _handle = handle;
        EndsInsideLine = endsInsideLine;
    }

    /// <summary>True where somebody has been cut off in the middle of a line, so that the next must begin with a line feed.</summary>
    public bool EndsInsideLine { get; private set; }

    /// <summary>Opens the file, or makes it, on Unix for its owner alone.</summary>
    /// <exception cref="IOException">It cannot be opened; or another of <see cref="FileFault.IsFault"/>.</exception>
    public static AppendFile Open(string path)
    {
        FileStreamOptions options = new()
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = FileShare.ReadWrite | FileShare.Delete,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using FileStream stream = new(path, options);
        bool endsInsideLine = false;
        if (stream.CanSeek && stream.Length > 0)
        {
            stream.Position = stream.Length - 1;
            endsInsideLine = stream.ReadByte() != LineFeed;
        }

        return new AppendFile(OperatingSystem.IsWindows() ? OpenOnWindows(path) : OpenOnUnix(path), endsInsideLine);
    }

    /// <summary>Appends whole lines. Where that fails, no part of them stays, as far as the system lets it.</summary>
    /// <exception cref="IOException">It failed.</exception>
    public void Append(ReadOnlySpan<byte> lines)
    {
        byte[]? onNewLine = EndsInsideLine ? [LineFeed, .. lines] : null;
        AppendAll(onNewLine ?? lines);
        EndsInsideLine = false;
    }

    public void Dispose() => _handle.Dispose();

    private void AppendAll(ReadOnlySpan<byte> lines)
    {
        if (OperatingSystem.IsWindows())
        {
            RandomAccess.Write(_handle, lines, fileOffset: 0);
        }
        else
        {
            AppendOnUnix(lines);
        }
    }

    private void AppendOnUnix(ReadOnlySpan<byte> lines)
    {
        int written = 0;
        while (written < lines.Length)
        {
            nint result = WriteUnix(_handle, lines[written..], (nuint)(lines.Length - written));
            if (result >= 0)
            {
                written += (int)result;
                continue;
            }

            int error = Marshal.GetLastPInvokeError();
            if (error != InterruptedCall)
            {
                TakeBack(written);
                throw new IOException(Marshal.GetPInvokeErrorMessage(error), error);
            }
        }
    }

    /// <summary>The disk was full in the middle of a line.</summary>
    private void TakeBack(int written)
    {
        if (written == 0)
        {
            return;
        }

        EndsInsideLine = true;
        try
        {
            RandomAccess.SetLength(_handle, RandomAccess.GetLength(_handle) - written);
            EndsInsideLine = false;
        }
        catch (Exception e) when (FileFault.IsFault(e))
        {
            // The half line stays, and the next line begins on a new one.
        }
    }
}
