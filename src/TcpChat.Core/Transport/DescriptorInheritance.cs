using System.Runtime.InteropServices;

namespace TcpChat.Transport;

/// <summary>Keeps descriptors that were inherited from being inherited once more.</summary>
public static partial class DescriptorInheritance
{
    // FIOCLEX, as the headers of the systems have it. It takes no third argument, so that it does not matter that ioctl is variadic.
    private const uint LinuxCloseOnExec = 0x5451;
    private const uint BsdCloseOnExec = 0x20006601;

    /// <summary>No process that is started from now on inherits this descriptor. Does nothing on Windows, where handles are not passed on by themselves.</summary>
    public static void Stop(int descriptor)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        // Where it fails the descriptor is only inherited needlessly.
        bool linux = OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture != Architecture.Ppc64le;
        _ = Control(descriptor, linux ? LinuxCloseOnExec : BsdCloseOnExec);
    }

    [LibraryImport("libc", EntryPoint = "ioctl")]
    private static partial int Control(int descriptor, nuint request);
}
