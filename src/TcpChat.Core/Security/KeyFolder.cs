using System.Security.AccessControl;
using System.Security.Cryptography;
using System.Security.Principal;
using TcpChat.Errors;
using TcpChat.Files;

namespace TcpChat.Security;

/// <summary>
/// Writes several files of certificates and keys into a folder: each appears whole or not at all, and where one may not be
/// written none is. A key's file can be read by its owner alone, from its first moment on.
/// </summary>
internal sealed class KeyFolder(string path, bool overwrite) : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode ForAllToRead = OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private readonly List<(string Path, byte[] Content, bool IsSecret)> _files = [];

    /// <summary>Puts a file on the list of those to write.</summary>
    /// <param name="name">Its name in the folder.</param>
    /// <param name="content">What it has in it. Belongs to this object, which overwrites it in the end.</param>
    /// <param name="isSecret">True where only its owner may read it.</param>
    /// <returns>Its path.</returns>
    public string Add(string name, byte[] content, bool isSecret)
    {
        string file = Path.Combine(path, name);
        _files.Add((file, content, isSecret));
        return file;
    }

    /// <summary>Writes them all.</summary>
    /// <exception cref="ChatException">
    /// <see cref="ChatErrorCode.FileExists"/>, <see cref="ChatErrorCode.PathIsFolder"/>, <see cref="ChatErrorCode.FileAccessDenied"/>,
    /// <see cref="ChatErrorCode.DiskFull"/> or <see cref="ChatErrorCode.FileWriteFailed"/>.
    /// </exception>
    public void Write()
    {
        foreach ((string file, _, _) in _files)
        {
            ThrowIfTaken(file);
        }

        List<(string Temporary, string Path)> written = [];
        List<string> moved = [];
        try
        {
            Guarded(path, () => Directory.CreateDirectory(path));
            foreach ((string file, byte[] content, bool isSecret) in _files)
            {
                string temporary = $"{file}.{RandomNumberGenerator.GetHexString(16, lowercase: true)}.tmp";
                written.Add((temporary, file));
                Guarded(file, () => WriteNew(temporary, content, isSecret));
            }

            foreach ((string temporary, string file) in written)
            {
                Guarded(file, () => File.Move(temporary, file, overwrite));
                moved.Add(file);
            }
        }
        catch
        {
            foreach (string file in written.Select(static w => w.Temporary).Concat(overwrite ? [] : moved))
            {
                Discard(file);
            }

            throw;
        }
    }

    /// <summary>Overwrites what was to be written.</summary>
    public void Dispose()
    {
        foreach ((_, byte[] content, _) in _files)
        {
            CryptographicOperations.ZeroMemory(content);
        }
    }

    private static void WriteNew(string path, byte[] content, bool isSecret)
    {
        using FileStream stream = isSecret && OperatingSystem.IsWindows() ? CreateForOwner(path) : Create(path, isSecret);
        stream.Write(content);
        stream.Flush(flushToDisk: true);
    }

    private static FileStream Create(string path, bool isSecret)
    {
        FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = isSecret ? OwnerOnly : ForAllToRead;
        }

        return new FileStream(path, options);
    }

    [System.Runtime.Versioning.SupportedOSPlatform("windows")]
    private static FileStream CreateForOwner(string path)
    {
        using WindowsIdentity owner = WindowsIdentity.GetCurrent();
        FileSecurity security = new();
        security.SetAccessRuleProtection(isProtected: true, preserveInheritance: false);
        security.AddAccessRule(new FileSystemAccessRule(owner.User!, FileSystemRights.FullControl, AccessControlType.Allow));
        return new FileInfo(path).Create(FileMode.CreateNew, FileSystemRights.Write | FileSystemRights.Synchronize, FileShare.None, bufferSize: 1, FileOptions.None, security);
    }

    private static void Guarded(string path, Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (FileFault.IsFault(e))
        {
            throw FileFault.ToOpen(e, path, toWrite: true);
        }
    }

    private static void Discard(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (FileFault.IsFault(e))
        {
            // What went wrong is told already.
        }
    }

    private void ThrowIfTaken(string file)
    {
        if (Directory.Exists(file))
        {
            throw new ChatException(ChatErrorCode.PathIsFolder, $"'{file}' is a folder and no file.");
        }

        if (!overwrite && File.Exists(file))
        {
            throw new ChatException(ChatErrorCode.FileExists, $"The file '{file}' is there already. Nothing was written.");
        }
    }
}
