using TcpChat.LineEditing;

namespace TcpChat.Host;

/// <summary>The line and how its editing ended.</summary>
internal readonly record struct LineResult(LineOutcome Outcome, string Text);
