using TcpChat.Files;

namespace TcpChat.Transcripts;

/// <summary>A transcript's file, one for all in this process that write to that path.</summary>
internal sealed class TranscriptFile
{
    private static readonly Dictionary<string, TranscriptFile> s_files = new(OperatingSystem.IsLinux() ? StringComparer.Ordinal : StringComparer.OrdinalIgnoreCase);

    private readonly string _path;
    private readonly Lock _gate = new();
    private AppendFile? _file;
    private int _users;

    private TranscriptFile(string path) => _path = path;

    /// <summary>The file of that path, to be released once. It is opened when it is written to.</summary>
    public static TranscriptFile Use(string path)
    {
        lock (s_files)
        {
            if (!s_files.TryGetValue(path, out TranscriptFile? file))
            {
                s_files.Add(path, file = new TranscriptFile(path));
            }

            file._users++;
            return file;
        }
    }

    public void Release()
    {
        lock (s_files)
        {
            if (--_users > 0)
            {
                return;
            }

            s_files.Remove(_path);
        }

        Close();
    }

    /// <summary>Appends whole lines in one; null, or what it failed with.</summary>
    public Exception? Append(ReadOnlySpan<byte> lines)
    {
        lock (_gate)
        {
            try
            {
                if (_file is null || !Path.Exists(_path))
                {
                    // Where the file was moved or deleted, what follows belongs into a new one.
                    _file?.Dispose();
                    _file = null;
                    _file = AppendFile.Open(_path);
                }

                _file.Append(lines);
                return null;
            }
            catch (Exception e) when (FileFault.IsFault(e))
            {
                return e;
            }
        }
    }

    /// <summary>Opens it now; fails where that fails.</summary>
    public void Open()
    {
        lock (_gate)
        {
            _file ??= AppendFile.Open(_path);
        }
    }

    private void Close()
    {
        lock (_gate)
        {
            _file?.Dispose();
            _file = null;
        }
    }
}
