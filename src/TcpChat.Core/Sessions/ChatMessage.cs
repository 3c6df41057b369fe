using TcpChat.Text;

namespace TcpChat.Sessions;

/// <summary>One unit that the framing cut out of a session's stream.</summary>
public sealed class ChatMessage
{
    private readonly DateTime _receivedAtUtc;
    private readonly byte[] _bytes;
    private readonly MessageText _described;
    private string? _text;

    internal ChatMessage(
        ChatSession session, byte[] bytes, MessageText text, long sequence, long arrival, DateTime receivedAtUtc, int taken = 0)
    {
        Taken = taken;
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

    /// <summary>How many bytes of its beginning have been taken before.</summary>
    internal int Taken { get; }

    /// <summary>Where it stands in its session's stream.</summary>
    internal StreamPosition Position => new(Sequence, Taken);

    /// <summary>Which of its session's connections it came by, where a lost one was made again.</summary>
    internal int Connection { get; init; }

    /// <summary>Its place among the messages of all sessions of a server.</summary>
    internal long Arrival { get; }

    /// <summary>What is left when so many characters of the text have been taken; null where that is nothing.</summary>
    internal ChatMessage? After(int characters)
    {
        string text = Text;
        int bytes = Session.Codec.Measure(_described.Before, _bytes, ref characters);
        return bytes == _bytes.Length
            ? null
            : With(_bytes[bytes..], new MessageText(text[Math.Min(characters, text.Length)..], null, 0), Taken + bytes);
    }

    /// <summary>Its first bytes, and the rest of it, as a message each.</summary>
    internal (ChatMessage First, ChatMessage Remainder) Split(int at)
    {
        byte[] first = _bytes[..at];
        byte[] rest = _bytes[at..];

        // Text that was not decoded at once is UTF-8: only what the rest leaves to the next piece must be known.
        bool isDecoded = _described.Text is not null;
        MessageText firstText = isDecoded ? Session.Codec.Describe(first) : new MessageText(null, _described.Before, 0);
        MessageText restText = isDecoded ? Session.Codec.Describe(rest) : new MessageText(null, null, Math.Min(_described.Cut, rest.Length));
        return (With(first, firstText, Taken), With(rest, restText, Taken + at));
    }

    /// <summary>The message whose parts this and <paramref name="rest"/> are.</summary>
    internal ChatMessage Join(ChatMessage rest)
    {
        MessageText text = _described.Text is null && rest._described.Text is null
            ? new MessageText(null, _described.Before, rest._described.Cut)
            : new MessageText(Text + rest.Text, null, 0);
        return With([.. _bytes, .. rest._bytes], text, Taken);
    }

    private ChatMessage With(byte[] bytes, MessageText text, int taken) =>
        new(Session, bytes, text, Sequence, Arrival, _receivedAtUtc, taken) { Connection = Connection };

    /// <summary>The text.</summary>
    public override string ToString() => Text;
}
