using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using TcpChat.Display;
using TcpChat.Registry;

namespace TcpChat.Completion;

/// <summary>Completes the names of the sessions there are, first those that are not over.</summary>
public sealed class SessionCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Completions.Matching(
            wordToComplete,
            ChatRegistry.Sessions
                .OrderBy(static s => s.State)
                .Select(static s => (DisplayText.Clean(s.Name), $"Session {s.Id}, {s.State}, {s.RemoteEndPoint}")));
}
