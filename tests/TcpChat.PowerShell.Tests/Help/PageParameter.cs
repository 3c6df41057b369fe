namespace TcpChat.PowerShell.Tests.Help;

/// <summary>A parameter as a page describes it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Description">The prose.</param>
/// <param name="Type">Its type's full name.</param>
/// <param name="IsWildcard">Whether it takes wildcards.</param>
/// <param name="Aliases">Its aliases, in order.</param>
/// <param name="Sets">For each parameter set: position, mandatory and pipeline flags, as one line.</param>
internal sealed record PageParameter(
    string Name, string Description, string Type, bool IsWildcard, string Aliases, IReadOnlyList<string> Sets)
{
    public static PageParameter Parse(string name, string body)
    {
        string[] parts = body.Split("```");
        string[] lines = parts.Length > 1 ? parts[1].Split('\n') : [];
        return new PageParameter(
            name,
            parts[0].Trim(),
            Value(lines, "Type"),
            Value(lines, "SupportsWildcards") == "true",
            string.Join(", ", List(lines, "Aliases").Order(StringComparer.Ordinal)),
            [.. ParseSets(lines).Order(StringComparer.Ordinal)]);
    }

    /// <summary>One line that says how a parameter binds in a set; the same from a page and from the code.</summary>
    public static string SetLine(string set, string position, bool mandatory, bool pipeline, bool byPropertyName, bool remaining) =>
        $"{set}: position {position}, mandatory {mandatory}, pipeline {pipeline}, by property name {byPropertyName}, remaining {remaining}";

    private static string Value(IEnumerable<string> lines, string key) =>
        lines.FirstOrDefault(line => line.StartsWith(key + ":", StringComparison.Ordinal))?[(key.Length + 1)..].Trim().Trim('\'', '"') ?? string.Empty;

    private static IEnumerable<string> List(string[] lines, string key) =>
        lines.SkipWhile(line => line != key + ":").Skip(1).TakeWhile(static line => line.StartsWith("- ", StringComparison.Ordinal)).Select(static line => line[2..].Trim());

    private static IEnumerable<string> ParseSets(string[] lines)
    {
        string[] block = [.. lines.SkipWhile(static line => line != "ParameterSets:").Skip(1).TakeWhile(static line => line.StartsWith("- ", StringComparison.Ordinal) || line.StartsWith("  ", StringComparison.Ordinal))];
        for (int start = 0; start < block.Length;)
        {
            int end = Array.FindIndex(block, start + 1, static line => line.StartsWith("- ", StringComparison.Ordinal));
            end = end < 0 ? block.Length : end;
            string[] set = [.. block[start..end].Select(static line => line[2..])];
            yield return SetLine(
                Value(set, "Name"),
                Value(set, "Position"),
                Value(set, "IsRequired") == "true",
                Value(set, "ValueFromPipeline") == "true",
                Value(set, "ValueFromPipelineByPropertyName") == "true",
                Value(set, "ValueFromRemainingArguments") == "true");
            start = end;
        }
    }
}
