namespace TcpChat.Sessions;

/// <summary>How a session ended.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Error">The error behind the reason, where there is one.</param>
public readonly record struct SessionOutcome(CloseReason Reason, Exception? Error);
