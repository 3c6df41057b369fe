using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace TcpChat.Transcripts;

/// <content>
/// Unix appends what is written to a descriptor that was opened with O_APPEND. The framework does not open with it; and
/// pwrite, by which it writes, appends on Linux only.
/// </content>
internal sealed partial class AppendFile
{
    private const int InterruptedCall = 4;
    private const int WriteOnly = 1;
    private const int LinuxAppend = 0x400;
    private const int LinuxCloseOnExec = 0x80000;
    private const int BsdAppend = 0x8;
    private const int BsdCloseOnExec = 0x1000000;

    private static SafeFileHandle OpenOnUnix(string path)
    {
        int flags = OperatingSystem.IsLinux() ? LinuxAppend | LinuxCloseOnExec : BsdAppend | BsdCloseOnExec;

        // The file is there, so that the third argument is not looked at, and it does not matter that open is variadic.
        int descriptor = OpenUnix(path, WriteOnly | flags);
        if (descriptor >= 0)
        {
            return new SafeFileHandle(descriptor, ownsHandle: true);
        }

        int error = Marshal.GetLastPInvokeError();
        throw new IOException($"{Marshal.GetPInvokeErrorMessage(error)} : '{path}'", error);
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenUnix(string path, int flags);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint WriteUnix(SafeHandle file, ReadOnlySpan<byte> bytes, nuint count);
}
