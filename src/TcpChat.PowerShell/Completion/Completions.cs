using System.Management.Automation;
using System.Management.Automation.Language;

namespace TcpChat.Completion;

/// <summary>Makes completions that are quoted where they must be.</summary>
internal static class Completions
{
    /// <summary>Keeps the candidates that begin with what was typed, in whatever quotes; of several alike, the first.</summary>
    public static IEnumerable<CompletionResult> Matching(string? typed, IEnumerable<(string Text, string ToolTip)> candidates)
    {
        string prefix = (typed ?? string.Empty).Trim('\'', '"');
        WildcardPattern pattern = WildcardPattern.Get(WildcardPattern.Escape(prefix) + "*", WildcardOptions.IgnoreCase);
        return candidates
            .Where(candidate => pattern.IsMatch(candidate.Text))
            .DistinctBy(static candidate => candidate.Text, StringComparer.OrdinalIgnoreCase)
            .Select(static candidate => new CompletionResult(
                Quote(candidate.Text), candidate.Text, CompletionResultType.ParameterValue, candidate.ToolTip));
    }

    private static string Quote(string text) =>
        text.All(static c => char.IsLetterOrDigit(c) || c is '.' or ':' or '-' or '_') && text.Length > 0
            ? text
            : $"'{CodeGeneration.EscapeSingleQuotedStringContent(text)}'";
}
