namespace TcpChat.LineEditing;

/// <summary>The matches for the word at the cursor, and the part of the line that they replace.</summary>
internal sealed record LineCompletion(int Start, int Length, IReadOnlyList<string> Matches);
