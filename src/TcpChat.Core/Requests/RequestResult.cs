using TcpChat.Errors;
using TcpChat.Sessions;

namespace TcpChat.Requests;

/// <summary>What came of a request.</summary>
/// <param name="Answer">The messages that came, also those before an error.</param>
/// <param name="Error">Why there are no more; null where the answer is complete.</param>
public sealed record RequestResult(IReadOnlyList<ChatMessage> Answer, ChatException? Error);
