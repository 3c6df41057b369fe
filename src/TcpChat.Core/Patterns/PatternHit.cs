using System.Text.RegularExpressions;

namespace TcpChat.Patterns;

/// <summary>The first match in a text, and the pattern it belongs to.</summary>
internal sealed record PatternHit(Match Match, string Pattern)
{
    /// <summary>Where the match ends.</summary>
    public int End => Match.Index + Match.Length;
}
