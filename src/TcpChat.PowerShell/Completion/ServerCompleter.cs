using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using TcpChat.Registry;

namespace TcpChat.Completion;

/// <summary>Completes the names of the servers there are, first those that listen.</summary>
public sealed class ServerCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Completions.Matching(
            wordToComplete,
            ChatRegistry.Servers
                .OrderByDescending(static s => s.Server.IsListening)
                .Select(static s => (s.Name, $"{s.Location}, {s.StatusMessage}")));
}
