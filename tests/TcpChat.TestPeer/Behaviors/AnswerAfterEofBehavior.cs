namespace TcpChat.TestPeer.Behaviors;

/// <summary>Reads to the end of the stream and answers only then: the other side must still be listening after its half-close.</summary>
public sealed class AnswerAfterEofBehavior(ReadOnlyMemory<byte> answer) : PeerBehavior
{
    /// <inheritdoc/>
    public override async Task RunAsync(PeerConnection connection, CancellationToken cancellationToken)
    {
        await connection.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
        await connection.SendAsync(answer, cancellationToken).ConfigureAwait(false);
    }
}
