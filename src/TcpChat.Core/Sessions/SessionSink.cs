namespace TcpChat.Sessions;

/// <summary>Where the messages of a session go. Called by the session's read loop only, one call at a time.</summary>
internal abstract class SessionSink
{
    /// <summary>
    /// True where someone may still answer after the peer has sent its last, so that the session stays half closed for a
    /// while; false where all that is owed is known when the last message has been offered.
    /// </summary>
    public virtual bool AnswersLater => false;

    /// <summary>Takes one message, or refuses it for want of room. The bytes are the caller's again afterwards.</summary>
    public abstract bool Offer(ReadOnlySpan<byte> payload);

    /// <summary>Waits until a refused message may be offered again.</summary>
    public abstract ValueTask WaitForRoomAsync(CancellationToken cancellationToken);

    /// <summary>All whole messages of one read have been offered.</summary>
    public virtual ValueTask EndOfReadAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>No message will come any more.</summary>
    public virtual void Complete()
    {
    }
}
