using TcpChat.Binding;
using TcpChat.Sessions;

namespace TcpChat.Commands;

/// <summary>A message as it goes over the wire, made once for all sessions that frame and encode alike.</summary>
internal sealed class FrameCache(object message)
{
    private SessionOptions? _options;
    private byte[]? _frame;

    public byte[] For(ChatSession session)
    {
        if (_frame is null || !ReferenceEquals(_options, session.Options))
        {
            _frame = Payload.TryGetBytes(message, out ReadOnlyMemory<byte> bytes)
                ? session.Wrap(bytes.Span)
                : session.Wrap(Payload.ToText(message));
            _options = session.Options;
        }

        return _frame;
    }
}
