using System.Buffers;

namespace TcpChat.Commands;

/// <summary>Puts bytes that come one by one into one message; where there are no messages, into pieces.</summary>
internal sealed class ByteCollector
{
    private const int PieceSize = 64 * 1024;

    private readonly ArrayBufferWriter<byte> _bytes = new();

    /// <summary>True when there is enough for a piece.</summary>
    public bool HasPiece => _bytes.WrittenCount >= PieceSize;

    public void Add(byte value)
    {
        _bytes.GetSpan(1)[0] = value;
        _bytes.Advance(1);
    }

    /// <summary>Gives back what has come together, if anything.</summary>
    public byte[]? Take()
    {
        if (_bytes.WrittenCount == 0)
        {
            return null;
        }

        byte[] bytes = _bytes.WrittenSpan.ToArray();
        _bytes.ResetWrittenCount();
        return bytes;
    }
}
