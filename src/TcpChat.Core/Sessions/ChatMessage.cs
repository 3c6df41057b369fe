using TcpChat.Text;

namespace TcpChat.Sessions;

/// <summary>One unit that the framing cut out of a session's stream.</summary>
public sealed class ChatMessage
{
    private readonly DateTime _receivedAtUtc;
    private readonly byte[] _bytes;
    private readonly MessageText _described;
    private string? _text;

    internal ChatMessage(ChatSession session, byte[] bytes, MessageText text, long sequence, long arrival, DateTime receivedAtUtc)
    {
        Session = session;
        Sequence = sequence;
        Arrival = arrival;
        _bytes = bytes;
        _described = text;
        _text = text.Text;
        _receivedAtUtc = receivedAtUtc;
    }

    /// <summary>The message as text. What was no text in the session's encoding stands as U+FFFD.</summary>
    public string Text
    {
        get
        {
            if (_text is null)
            {
                string text = TextCodec.Decode(_bytes, _described, out int invalidBytes);
                if (Interlocked.CompareExchange(ref _text, text, null) is null)
                {
                    Session.CountInvalid(invalidBytes);
                }
            }

            return _text;
        }
    }

    /// <summary>The message as it came, without its framing. One array per message: to be read, not written to.</summary>
    public byte[] Bytes => _bytes;

    /// <summary>The session it came by.</summary>
    public ChatSession Session { get; }

    /// <summary>Who sent it: the user's name where there is one, or else the session's.</summary>
    public string Sender => Session.UserName ?? Session.Name;

    /// <summary>When it was received, in local time.</summary>
    public DateTime ReceivedAt => _receivedAtUtc.ToLocalTime();

    /// <summary>Its number in its session, from 1.</summary>
    public long Sequence { get; }

    /// <summary>Its place among the messages of all sessions of a server.</summary>
    internal long Arrival { get; }

    /// <summary>Its first bytes, and the rest of it, as a message each.</summary>
    internal (ChatMessage First, ChatMessage Remainder) Split(int at)
    {
        byte[] first = _bytes[..at];
        byte[] rest = _bytes[at..];

        // Text that was not decoded at once is UTF-8: only what the rest leaves to the next piece must be known.
        bool isDecoded = _described.Text is not null;
        MessageText firstText = isDecoded ? Session.Describe(first) : new MessageText(null, _described.Before, 0);
        MessageText restText = isDecoded ? Session.Describe(rest) : new MessageText(null, null, Math.Min(_described.Cut, rest.Length));
        return (With(first, firstText), With(rest, restText));
    }

    /// <summary>The message whose parts this and <paramref name="rest"/> are.</summary>
    internal ChatMessage Join(ChatMessage rest)
    {
        MessageText text = _described.Text is null && rest._described.Text is null
            ? new MessageText(null, _described.Before, rest._described.Cut)
            : new MessageText(Text + rest.Text, null, 0);
        return With([.. _bytes, .. rest._bytes], text);
    }

    private ChatMessage With(byte[] bytes, MessageText text) => new(Session, bytes, text, Sequence, Arrival, _receivedAtUtc);

    /// <summary>The text.</summary>
    public override string ToString() => Text;
}
