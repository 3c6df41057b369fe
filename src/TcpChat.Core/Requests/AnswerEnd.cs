namespace TcpChat.Requests;

/// <summary>What ends the answer to a request: so many messages, or a pause after them, whichever comes first.</summary>
/// <param name="Count">How many messages it has at most.</param>
/// <param name="IdleTimeout">
/// How long nothing may come after its first message before it is over; the peer's closing ends it too. Null: it has
/// exactly <paramref name="Count"/> messages.
/// </param>
public sealed record AnswerEnd(int Count = 1, TimeSpan? IdleTimeout = null);
