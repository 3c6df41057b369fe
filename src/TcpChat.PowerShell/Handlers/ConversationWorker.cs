using System.Management.Automation;
using TcpChat.Sessions;

namespace TcpChat.Handlers;

/// <summary>Holds one conversation after the other, each from its beginning to its end.</summary>
internal class ConversationWorker(HandlerPool pool) : HandlerWorker(pool)
{
    private const string Script = "param($__block, $Session, $Server, $__arguments) & $__block $Session @__arguments";

    protected override void Serve()
    {
        ScriptBlock block = Options.Block.Unbound();
        RunspaceSnapshot snapshot = new(Intrinsics);
        while (!Stopping.IsCancellationRequested && TakeNext() is { } handled)
        {
            if (handled.WasStopped || !Hold(handled, block, snapshot))
            {
                return;
            }
        }
    }

    /// <summary>Runs the block for one; gives what it failed with, if it did.</summary>
    protected virtual Exception? Run(HandledSession handled, ScriptBlock block)
    {
        Exception? failure = Invoke(
            Script,
            new Dictionary<string, object?>
            {
                ["__block"] = block,
                ["Session"] = handled.Session,
                ["Server"] = Pool.Server,
                ["__arguments"] = Options.Arguments,
            },
            Record);
        if (failure is null || IsEndOf(handled.Session, failure))
        {
            return null;
        }

        RecordFailure(failure);
        return failure;
    }

    /// <summary>Holds one; false where the runspace cannot be used for another.</summary>
    private bool Hold(HandledSession handled, ScriptBlock block, RunspaceSnapshot snapshot)
    {
        Exception? failure = Run(handled, block);
        if (Stopping.IsCancellationRequested)
        {
            return false;
        }

        Release();
        try
        {
            CloseWhatIsLeft();
            return snapshot.Restore();
        }
        finally
        {
            handled.End(failure);
        }
    }

    /// <summary>True where the script only ran into the end of its own session: the peer has left, and that is all.</summary>
    private static bool IsEndOf(ChatSession session, Exception failure) =>
        failure is RuntimeException { ErrorRecord: { } record }
        && record.FullyQualifiedErrorId.StartsWith("SessionClosed", StringComparison.Ordinal)
        && ReferenceEquals(record.TargetObject, session);
}
