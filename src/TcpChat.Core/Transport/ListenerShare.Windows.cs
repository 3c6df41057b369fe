using System.Net.Sockets;
using System.Runtime.InteropServices;
using TcpChat.Errors;

namespace TcpChat.Transport;

/// <content>Windows has the socket duplicated for one process, which opens it with the bytes that describe it.</content>
public sealed partial class ListenerShare
{
    /// <summary>The size of a WSAPROTOCOL_INFOW.</summary>
    private const int ProtocolInformationSize = 628;

    private static byte[] DuplicateForProcess(Socket listener, int processId)
    {
        byte[] information = new byte[ProtocolInformationSize];
        if (DuplicateSocket(listener.SafeHandle, (uint)processId, information) != 0)
        {
            throw new ChatException(
                ChatErrorCode.ListenFailed,
                $"The listening socket could not be duplicated for the process {processId}: {Marshal.GetLastPInvokeErrorMessage()}");
        }

        return information;
    }

    [LibraryImport("ws2_32", EntryPoint = "WSADuplicateSocketW", SetLastError = true)]
    private static partial int DuplicateSocket(SafeHandle socket, uint processId, Span<byte> protocolInformation);
}
