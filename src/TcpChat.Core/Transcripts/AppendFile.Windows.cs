using System.Runtime.Versioning;
using System.Security.AccessControl;
using Microsoft.Win32.SafeHandles;

namespace TcpChat.Transcripts;

/// <content>Windows appends what is written by a handle that may append and not write.</content>
internal sealed partial class AppendFile
{
    [SupportedOSPlatform("windows")]
    private static SafeFileHandle OpenOnWindows(string path) =>
        new FileInfo(path).Create(
            FileMode.Append,
            FileSystemRights.AppendData | FileSystemRights.Synchronize,
            FileShare.ReadWrite | FileShare.Delete,
            bufferSize: 1,
            FileOptions.None,
            fileSecurity: null).SafeFileHandle;
}
