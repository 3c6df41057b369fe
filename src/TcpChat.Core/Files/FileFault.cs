using TcpChat.Errors;

namespace TcpChat.Files;

/// <summary>Says what the system's errors about files mean.</summary>
internal static class FileFault
{
    private const int UnixNoSpace = 28;
    private const int UnixQuotaExceededLinux = 122;
    private const int UnixQuotaExceededMac = 69;
    private const int WindowsHandleDiskFull = unchecked((int)0x80070027);
    private const int WindowsDiskFull = unchecked((int)0x80070070);

    /// <summary>True for what a file can fail with.</summary>
    public static bool IsFault(Exception exception) =>
        exception is (IOException and not ChatException) or UnauthorizedAccessException or NotSupportedException or ArgumentException;

    /// <summary>A file that could not be opened.</summary>
    public static ChatException ToOpen(Exception exception, string path, bool toWrite) => exception switch
    {
        _ when Directory.Exists(path) => new ChatException(ChatErrorCode.PathIsFolder, $"'{path}' is a folder and no file.", exception),
        FileNotFoundException => new ChatException(ChatErrorCode.FileNotFound, $"There is no file '{path}'.", exception),
        DirectoryNotFoundException => new ChatException(ChatErrorCode.FileNotFound, $"There is no folder for the file '{path}'.", exception),
        UnauthorizedAccessException => new ChatException(ChatErrorCode.FileAccessDenied, $"The file '{path}' cannot be opened: {exception.Message}", exception),
        IOException when toWrite && File.Exists(path) && !IsDiskFull(exception) =>
            new ChatException(ChatErrorCode.FileExists, $"The file '{path}' is there already, or is in use: {exception.Message}", exception),
        _ when toWrite => ToWrite(exception, $"The file '{path}' could not be made"),
        _ => ToRead(exception, $"The file '{path}' could not be opened"),
    };

    /// <summary>A file that may be there and that others may write to, and that could not be opened.</summary>
    public static ChatException ToOpenShared(Exception exception, string path) =>
        exception is IOException and not (FileNotFoundException or DirectoryNotFoundException) && !Directory.Exists(path)
            ? ToWrite(exception, $"The file '{path}' could not be opened")
            : ToOpen(exception, path, toWrite: true);

    /// <summary>A file that could not be read any further.</summary>
    public static ChatException ToRead(Exception exception, string what) =>
        new(ChatErrorCode.FileReadFailed, $"{what}: {exception.Message}", exception);

    /// <summary>A file that could not be written any further.</summary>
    public static ChatException ToWrite(Exception exception, string what) =>
        new(IsDiskFull(exception) ? ChatErrorCode.DiskFull : ChatErrorCode.FileWriteFailed, $"{what}: {exception.Message}", exception);

    private static bool IsDiskFull(Exception exception) => exception.HResult switch
    {
        WindowsHandleDiskFull or WindowsDiskFull => OperatingSystem.IsWindows(),
        UnixNoSpace => !OperatingSystem.IsWindows(),
        UnixQuotaExceededLinux => OperatingSystem.IsLinux(),
        UnixQuotaExceededMac => OperatingSystem.IsMacOS(),
        _ => false,
    };
}
