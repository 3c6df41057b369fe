using System.IO.Pipes;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace TcpChat.TestPeer;

/// <summary>Learns that the other side ended without reading what it sent.</summary>
internal static partial class HangupWatch
{
    private const short PollErr = 0x008;
    private const short PollRdHup = 0x2000;
    private const int Interrupted = 4;

    /// <summary>How the other side ended; null where the system cannot tell with unread data in the way.</summary>
    public static Task<PeerEnd?> WaitForEndAsync(Socket socket, CancellationToken cancellationToken) =>
        OperatingSystem.IsLinux() ? PollAsync(socket, PollRdHup, cancellationToken) : PeekAsync(socket, cancellationToken);

    /// <summary>True when the other side has reset; false when it did not, or where the system cannot tell.</summary>
    public static async Task<bool> WaitForResetAsync(Socket socket, CancellationToken cancellationToken)
    {
        // poll() reports an error and a hangup unasked.
        var end = OperatingSystem.IsLinux()
            ? await PollAsync(socket, 0, cancellationToken).ConfigureAwait(false)
            : await PeekAsync(socket, cancellationToken).ConfigureAwait(false);
        return end == PeerEnd.Reset;
    }

    private static async Task<PeerEnd?> PeekAsync(Socket socket, CancellationToken cancellationToken)
    {
        try
        {
            var count = await socket.ReceiveAsync(new byte[1], SocketFlags.Peek, cancellationToken).ConfigureAwait(false);
            return count == 0 ? PeerEnd.Eof : null;
        }
        catch (SocketException)
        {
            return PeerEnd.Reset;
        }
    }

    private static async Task<PeerEnd?> PollAsync(Socket socket, short events, CancellationToken cancellationToken)
    {
        // The thread in poll() wakes when the writing end of this pipe is closed.
        using var wake = new AnonymousPipeServerStream(PipeDirection.Out);
        using var wakeEnd = wake.ClientSafePipeHandle;
        var polling = Task.Factory.StartNew(
            () => Poll(socket.SafeHandle, events, wakeEnd), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        using (cancellationToken.UnsafeRegister(static state => ((Stream)state!).Dispose(), wake))
        {
            var end = await polling.ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            return end;
        }
    }

    private static PeerEnd? Poll(SafeHandle socket, short events, SafeHandle wake)
    {
        bool socketHeld = false, wakeHeld = false;
        try
        {
            socket.DangerousAddRef(ref socketHeld);
            wake.DangerousAddRef(ref wakeHeld);
            PollFd[] watched =
            [
                new() { Descriptor = (int)socket.DangerousGetHandle(), Events = events },
                new() { Descriptor = (int)wake.DangerousGetHandle() },
            ];
            while (poll(watched, (nuint)watched.Length, -1) < 0 && Marshal.GetLastPInvokeError() == Interrupted)
            {
            }

            return watched[0].Returned switch
            {
                0 => null,
                var returned when (returned & PollErr) != 0 => PeerEnd.Reset,
                _ => PeerEnd.Eof,
            };
        }
        finally
        {
            if (socketHeld)
            {
                socket.DangerousRelease();
            }

            if (wakeHeld)
            {
                wake.DangerousRelease();
            }
        }
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int poll([In, Out] PollFd[] watched, nuint count, int timeout);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollFd
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }
}
