namespace TcpChat.Patterns;

/// <summary>A match that has been found in a session and not been taken yet.</summary>
public sealed class PatternFinding
{
    internal PatternFinding(ReceivedText text, PatternHit hit)
    {
        Received = text;
        Hit = hit;
    }

    internal ReceivedText Received { get; }

    internal PatternHit Hit { get; }
}
