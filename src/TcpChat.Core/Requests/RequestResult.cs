using TcpChat.Errors;
using TcpChat.Patterns;
using TcpChat.Sessions;

namespace TcpChat.Requests;

/// <summary>What came of a request.</summary>
/// <param name="Answer">The messages that came, also those before an error.</param>
/// <param name="Match">The answer, where a pattern was to end it; <paramref name="Answer"/> is empty then.</param>
/// <param name="Error">Why there are no more; null where the answer is complete.</param>
public sealed record RequestResult(IReadOnlyList<ChatMessage> Answer, PatternMatch? Match, ChatException? Error);
