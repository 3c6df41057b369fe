using System.Text;
using TcpChat.Framing;
using TcpChat.Sessions;

namespace TcpChat.Patterns;

/// <summary>
/// What a session has received and nobody has taken, as one text: the messages, each followed by a line feed whatever ended
/// it on the wire, and what has come of the next. Under <see cref="FramingKind.Raw"/> there is no line feed in between.
/// </summary>
internal sealed class ReceivedText
{
    private readonly ChatMessage[] _messages;
    private readonly int _separator;

    public ReceivedText(ChatMessage[] messages, string unfinished, StreamPosition position, FramingKind framing)
    {
        _messages = messages;
        _separator = framing == FramingKind.Raw ? 0 : 1;
        Position = position;
        StringBuilder text = new();
        foreach (ChatMessage message in messages)
        {
            text.Append(message.Text).Append('\n', _separator);
        }

        Text = text.Append(unfinished).ToString();
    }

    /// <summary>Where the text begins in the session's stream.</summary>
    public StreamPosition Position { get; }

    /// <summary>Which connection of the session an unfinished message belongs to.</summary>
    public int Stream { get; init; }

    public string Text { get; }

    /// <summary>True where no more is read until some of it has been taken.</summary>
    public bool IsAll { get; init; }

    /// <summary>True where nothing has come or been taken since the other.</summary>
    public bool IsSameAs(ReceivedText other) => Stream == other.Stream && Position == other.Position && Text.Length == other.Text.Length;

    /// <summary>True where the other is the same text, or more of it.</summary>
    public bool IsBeginningOf(ReceivedText other) => Stream == other.Stream && Position == other.Position && other.Text.StartsWith(Text, StringComparison.Ordinal);

    /// <summary>How many messages lie wholly before a place in the text, and how many characters of the next.</summary>
    public (int Messages, int Characters) Locate(int end)
    {
        int begin = 0;
        for (int i = 0; i < _messages.Length; i++)
        {
            int length = _messages[i].Text.Length;
            if (end <= begin || end < begin + length)
            {
                return (i, Math.Max(0, end - begin));
            }

            begin += length + _separator;
        }

        return (_messages.Length, Math.Max(0, end - begin));
    }
}
