using System.Text.RegularExpressions;
using TcpChat.Errors;

namespace TcpChat.Patterns;

/// <summary>
/// Patterns to wait for, all at once: the match that begins first counts, and of two that begin at the same place the one
/// whose pattern was named first. In every pattern <c>^</c> and <c>$</c> also mean the beginning and the end of a line.
/// </summary>
public sealed class PatternSet
{
    private readonly Regex[] _regexes;
    private readonly string[] _patterns;

    /// <summary>Makes a set of patterns.</summary>
    /// <param name="patterns">Regular expressions of .NET, or plain text; one at least.</param>
    /// <param name="options">How they are read and where they look.</param>
    /// <exception cref="ChatException"><see cref="ChatErrorCode.InvalidPattern"/>: no pattern, or one that is no regular expression.</exception>
    public PatternSet(IEnumerable<string> patterns, PatternOptions? options = null)
    {
        Options = options ?? new PatternOptions();
        _patterns = [.. patterns];
        _regexes = _patterns.Length > 0
            ? Array.ConvertAll(_patterns, Compile)
            : throw new ChatException(ChatErrorCode.InvalidPattern, "There is no pattern to wait for.");
    }

    /// <summary>How the patterns are read and where they look.</summary>
    public PatternOptions Options { get; }

    /// <summary>The patterns as they were given.</summary>
    public IReadOnlyList<string> Patterns => _patterns;

    /// <summary>Finds the first match in a text.</summary>
    /// <exception cref="ChatException"><see cref="ChatErrorCode.PatternTooSlow"/>: one pattern took longer than the options allow.</exception>
    internal PatternHit? Find(string text)
    {
        PatternHit? first = null;
        for (int i = 0; i < _regexes.Length; i++)
        {
            if (Find(i, text) is { Success: true } match && (first is null || match.Index < first.Match.Index))
            {
                first = new PatternHit(match, _patterns[i]);
            }
        }

        return first;
    }

    private Match Find(int index, string text)
    {
        try
        {
            return _regexes[index].Match(text);
        }
        catch (RegexMatchTimeoutException e)
        {
            throw new ChatException(
                ChatErrorCode.PatternTooSlow,
                $"Looking for the pattern '{_patterns[index]}' in {text.Length} characters took longer than {Options.MatchTimeout.TotalSeconds:0.###} s, "
                + "so that it was given up. Nested repetitions such as (a+)+ are the usual cause.",
                e);
        }
    }

    private Regex Compile(string pattern)
    {
        RegexOptions options = RegexOptions.Multiline | RegexOptions.CultureInvariant | (Options.CaseSensitive ? 0 : RegexOptions.IgnoreCase);
        try
        {
            return new Regex(Options.SimpleMatch ? Regex.Escape(pattern) : pattern, options, Options.MatchTimeout);
        }
        catch (ArgumentException e)
        {
            throw new ChatException(ChatErrorCode.InvalidPattern, $"The pattern '{pattern}' is no regular expression: {e.Message}", e);
        }
    }
}
