using TcpChat.Errors;
using TcpChat.Patterns;
using TcpChat.Sessions;

namespace TcpChat.Requests;

/// <summary>Takes an answer from a session that ends with a pattern's match.</summary>
/// <param name="session">The session.</param>
/// <param name="until">The patterns.</param>
/// <param name="source">Where it comes from, in the sentence of an error; the session unless set.</param>
public sealed class MatchReader(ChatSession session, PatternSet until, string? source = null)
{
    /// <summary>Takes all up to the end of the match, waiting for it.</summary>
    /// <exception cref="ChatException">As of <see cref="ChatSession.FindAsync"/>.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled first; nothing was taken.</exception>
    public async Task<PatternMatch> TakeAsync(CancellationToken cancellationToken = default)
    {
        PatternMatch? match;
        while (!session.TryTake(await session.FindAsync(until, cancellationToken).ConfigureAwait(false), out match))
        {
            // Somebody has taken something in between.
        }

        return match;
    }

    /// <summary>Takes all up to the end of the match if it is there; null if not.</summary>
    /// <exception cref="ChatException">As of <see cref="ChatSession.TryFind"/>.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled first; nothing was taken.</exception>
    public async Task<PatternMatch?> TryTakeAsync(CancellationToken cancellationToken = default)
    {
        // Elsewhere, because a pattern can take its time and the look must end at once all the same.
        Task<PatternFinding?> look = Task.Run(() => session.TryFind(until), CancellationToken.None);
        PatternFinding? found = await look.WaitAsync(cancellationToken).ConfigureAwait(false);
        return found is not null && session.TryTake(found, out PatternMatch? match) ? match : null;
    }

    /// <summary>The error that no pattern matched in time, with what came instead.</summary>
    /// <param name="timeout">How long it was waited for.</param>
    public ChatException TimedOut(TimeSpan timeout)
    {
        string patterns = string.Join(" or ", until.Patterns.Select(static p => $"'{p}'"));
        return new ChatException(
            ChatErrorCode.ReceiveTimeout,
            $"{patterns} did not come from {source ?? $"the session {session.Id} ({session.Name})"} within {timeout.TotalSeconds:0.###} s.")
        {
            Received = session.PeekText(),
        };
    }
}
