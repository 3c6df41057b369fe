using System.Buffers.Binary;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using TcpChat.Errors;

namespace TcpChat.Transport;

/// <summary>
/// Lets another process accept from a listening socket of this one. On Unix a copy of the descriptor is inherited by the
/// processes that are started while it is open: start one, and dispose. On Windows the socket is duplicated for a process that runs already.
/// </summary>
public sealed partial class ListenerShare : IDisposable
{
    private readonly Socket _listener;
    private int _descriptor = -1;

    internal ListenerShare(Socket listener)
    {
        _listener = listener;
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        // Not fcntl, whose variable arguments go another way on Apple silicon. A copy made by dup is one that children inherit.
        bool held = false;
        try
        {
            listener.SafeHandle.DangerousAddRef(ref held);
            _descriptor = Duplicate((int)listener.SafeHandle.DangerousGetHandle());
        }
        finally
        {
            if (held)
            {
                listener.SafeHandle.DangerousRelease();
            }
        }

        if (_descriptor < 0)
        {
            throw new ChatException(
                ChatErrorCode.ListenFailed, $"The listening socket could not be copied for another process: {Marshal.GetLastPInvokeErrorMessage()}.");
        }
    }

    /// <summary>What that process needs to open the socket with <see cref="Open"/>.</summary>
    /// <param name="processId">The process, started while this copy was open.</param>
    /// <exception cref="ChatException"><see cref="ChatErrorCode.ListenFailed"/>.</exception>
    public byte[] TicketFor(int processId)
    {
        if (OperatingSystem.IsWindows())
        {
            return DuplicateForProcess(_listener, processId);
        }

        byte[] ticket = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(ticket, _descriptor);
        return ticket;
    }

    /// <summary>Closes this process's copy; that of the other process stays open.</summary>
    public void Dispose()
    {
        int descriptor = Interlocked.Exchange(ref _descriptor, -1);
        if (descriptor >= 0)
        {
            _ = Close(descriptor);
        }
    }

    /// <summary>Opens the socket, in the process for which the ticket was made. Once.</summary>
    internal static Socket Open(ReadOnlySpan<byte> ticket)
    {
        if (OperatingSystem.IsWindows())
        {
            return new Socket(new SocketInformation
            {
                ProtocolInformation = ticket.ToArray(),
                Options = SocketInformationOptions.Listening,
            });
        }

        int descriptor = BinaryPrimitives.ReadInt32LittleEndian(ticket);
        DescriptorInheritance.Stop(descriptor);
        return new Socket(new SafeSocketHandle(descriptor, ownsHandle: true));
    }

    [LibraryImport("libc", EntryPoint = "dup", SetLastError = true)]
    private static partial int Duplicate(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
