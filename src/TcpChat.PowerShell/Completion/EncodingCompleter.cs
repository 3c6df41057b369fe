using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using TcpChat.Binding;

namespace TcpChat.Completion;

/// <summary>Completes the names of encodings.</summary>
public sealed class EncodingCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Completions.Matching(
            wordToComplete, EncodingTransformAttribute.Names.Select(static n => (n.Key, n.Value().EncodingName)));
}
