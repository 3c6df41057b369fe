using TcpChat.Servers;

namespace TcpChat.Sessions;

/// <summary>Keeps messages for a script to take.</summary>
/// <param name="session">The session.</param>
/// <param name="notices">Told of each message besides; null: nobody.</param>
internal sealed class InboxSink(ChatSession session, MessageFeed? notices = null) : SessionSink
{
    // A refused message is made once: its text may have moved the decoder's state.
    private ChatMessage? _refused;

    public override bool AnswersLater => true;

    public override bool Offer(ReadOnlySpan<byte> payload)
    {
        ChatMessage message = _refused ?? session.MakeMessage(payload);
        bool taken = session.Inbox.TryAdd(message);
        _refused = taken ? null : message;
        if (taken)
        {
            notices?.Tell(message);
        }

        return taken;
    }

    public override ValueTask WaitForRoomAsync(CancellationToken cancellationToken)
    {
        session.Inbox.Changed.Fire();
        return new(session.Inbox.WaitForRoomAsync(cancellationToken));
    }

    public override ValueTask EndOfReadAsync(CancellationToken cancellationToken)
    {
        // For those who look at a message before it is whole.
        session.Inbox.Changed.Fire();
        return ValueTask.CompletedTask;
    }

    public override void Complete() => session.Inbox.Complete();
}
