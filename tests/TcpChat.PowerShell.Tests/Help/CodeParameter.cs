using System.Management.Automation;

namespace TcpChat.PowerShell.Tests.Help;

/// <summary>Parameters as the code has them, in the words of the pages.</summary>
internal static class CodeParameter
{
    public static IReadOnlyList<PageParameter> Of(CmdletInfo cmdlet) =>
    [
        .. cmdlet.Parameters.Values
            .Where(static p => !Cmdlet.CommonParameters.Contains(p.Name))
            .Select(static p => new PageParameter(
                p.Name,
                string.Empty,
                p.ParameterType.FullName!,
                p.Attributes.OfType<SupportsWildcardsAttribute>().Any(),
                string.Join(", ", p.Aliases.Order(StringComparer.Ordinal)),
                [.. p.ParameterSets.Select(static set => Describe(set.Key, set.Value)).Order(StringComparer.Ordinal)])),
    ];

    private static string Describe(string set, ParameterSetMetadata how) => PageParameter.SetLine(
        set == ParameterAttribute.AllParameterSets ? "(All)" : set,
        how.Position == int.MinValue ? "Named" : $"{how.Position}",
        how.IsMandatory,
        how.ValueFromPipeline,
        how.ValueFromPipelineByPropertyName,
        how.ValueFromRemainingArguments);
}
