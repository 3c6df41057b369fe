using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace TcpChat.TestPeer;

/// <summary>Makes the system drop whatever arrives for a socket, before TCP sees it: no acknowledgement, no reset.</summary>
public static class BlackHole
{
    private const int SolSocket = 1;
    private const int SoAttachFilter = 26;
    private const ushort BpfReturn = 0x06;

    /// <summary>True on Linux; elsewhere nothing is done and false returned.</summary>
    public static bool TryDropEverything(Socket socket)
    {
        if (!OperatingSystem.IsLinux())
        {
            return false;
        }

        // A packet filter of one instruction, which keeps 0 bytes of every segment.
        Instruction[] program = [new() { Code = BpfReturn, Operand = 0 }];
        var pinned = GCHandle.Alloc(program, GCHandleType.Pinned);
        try
        {
            FilterProgram[] filter = [new() { Length = (ushort)program.Length, Instructions = pinned.AddrOfPinnedObject() }];
            socket.SetRawSocketOption(SolSocket, SoAttachFilter, MemoryMarshal.AsBytes<FilterProgram>(filter));
            return true;
        }
        finally
        {
            pinned.Free();
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Instruction
    {
        public ushort Code;
        public byte JumpTrue;
        public byte JumpFalse;
        public uint Operand;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct FilterProgram
    {
        public ushort Length;
        public nint Instructions;
    }
}
