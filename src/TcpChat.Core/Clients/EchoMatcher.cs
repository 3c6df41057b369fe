using System.Buffers;
using TcpChat.Framing;

namespace TcpChat.Clients;

/// <summary>Finds in what comes back the message that was sent, whatever came before it.</summary>
internal sealed class EchoMatcher(byte[] sent, FramingKind framing)
{
    private readonly ArrayBufferWriter<byte> _pieces = new();

    /// <summary>How many messages came that were not what was sent.</summary>
    public int Unexpected { get; private set; }

    /// <summary>True where something came that is not what was sent, or not all of it.</summary>
    public bool HasOther => Unexpected > 0 || _pieces.WrittenCount > 0;

    /// <summary>Takes what came; true when it is what was sent, or the rest of it.</summary>
    public bool Accept(ReadOnlySpan<byte> message)
    {
        if (framing == FramingKind.Raw)
        {
            return AcceptPiece(message);
        }

        bool found = message.SequenceEqual(sent);
        Unexpected += found ? 0 : 1;
        return found;
    }

    /// <summary>A stream has no messages: what was sent may come back in any pieces, and behind something else.</summary>
    private bool AcceptPiece(ReadOnlySpan<byte> piece)
    {
        _pieces.Write(piece);
        ReadOnlySpan<byte> all = _pieces.WrittenSpan;
        int at = all.IndexOf(sent);
        bool found = at >= 0;
        if (!found)
        {
            // Its beginning may be there.
            at = Math.Max(0, all.Length - sent.Length + 1);
            while (!sent.AsSpan().StartsWith(all[at..]))
            {
                at++;
            }
        }

        Unexpected += at > 0 ? 1 : 0;
        byte[] rest = all[(found ? at + sent.Length : at)..].ToArray();
        _pieces.ResetWrittenCount();
        _pieces.Write(rest);
        return found;
    }
}
