using System.Buffers;
using TcpChat.Sessions;

namespace TcpChat.Commands;

/// <summary>Puts bytes that come one by one into one message; where there are no messages, into pieces.</summary>
internal sealed class ByteCollector
{
    private const int PieceSize = 64 * 1024;

    private readonly ArrayBufferWriter<byte> _bytes = new();
    private ChatSession[] _targets = [];

    /// <summary>Adds a byte; gives back a piece that is ready to go.</summary>
    public byte[]? Add(byte value, ChatSession[] targets, bool inPieces)
    {
        _bytes.GetSpan(1)[0] = value;
        _bytes.Advance(1);
        _targets = targets;
        return inPieces && _bytes.WrittenCount >= PieceSize ? Take()?.Bytes : null;
    }

    /// <summary>Gives back what has come together, if anything.</summary>
    public (byte[] Bytes, ChatSession[] Targets)? Take()
    {
        if (_bytes.WrittenCount == 0)
        {
            return null;
        }

        byte[] bytes = _bytes.WrittenSpan.ToArray();
        _bytes.ResetWrittenCount();
        return (bytes, _targets);
    }
}
