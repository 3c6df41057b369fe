using System.Management.Automation;
using TcpChat.Display;
using TcpChat.Errors;

namespace TcpChat.Handlers;

/// <summary>
/// Asks a script about one connection after the other: false, an error, or a script that does not come to its end turns it
/// away. What else it emits is told, and admits.
/// </summary>
internal sealed class AdmissionWorker(HandlerPool pool) : ConversationWorker(pool)
{
    // $_ is the session, as in a pipeline.
    private const string Script =
        "param($__block, $Session, $Server, $__done) foreach ($_ in $Session) { & $__block $Session }; $__done";

    private readonly PSObject _done = new();
    private bool _ended;
    private bool _refused;

    protected override Exception? Run(HandledSession handled, ScriptBlock block)
    {
        (_ended, _refused) = (false, false);
        Exception? failure = Invoke(
            Script,
            new Dictionary<string, object?>
            {
                ["__block"] = block,
                ["Session"] = handled.Session,
                ["Server"] = Pool.Server,
                ["__done"] = _done,
            },
            Take);
        return failure is not null ? new ChatException(ChatErrorCode.TurnedAway, $"The script that admits connections failed: {failure.Message}", failure)
            : _refused ? new ChatException(ChatErrorCode.TurnedAway, "The script that admits connections turned it away.")
            : _ended ? null
            : new ChatException(ChatErrorCode.TurnedAway, "The script that admits connections said exit, which turns the connection away.");
    }

    private void Take(PSObject item)
    {
        if (ReferenceEquals(item, _done))
        {
            _ended = true;
        }
        else if (item.BaseObject is bool verdict)
        {
            _refused |= !verdict;
        }
        else
        {
            Record(new VerboseRecord($"-OnConnect emitted: {DisplayText.Clean(item.ToString() ?? string.Empty)}"));
        }
    }
}
