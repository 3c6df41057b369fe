using TcpChat.Sessions;

namespace TcpChat.Processes;

/// <summary>How a session ended in the process that held it.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Error">The error behind the reason, where there is one.</param>
internal sealed record EndedFacts(CloseReason Reason, ErrorFacts? Error);
