using System.Diagnostics.CodeAnalysis;
using System.Management.Automation;
using TcpChat.Errors;
using TcpChat.Sessions;

namespace TcpChat.Handlers;

/// <summary>
/// Runs the block once for each message. One script goes on running and takes message after message, because beginning one
/// costs many times what the block does.
/// </summary>
#pragma warning disable CA1001 // Serve disposes of what it has made.
internal sealed class MessageWorker(HandlerPool pool) : HandlerWorker(pool)
#pragma warning restore CA1001
{
    /// <summary>So many messages of one session are handled while others wait; then it is their turn.</summary>
    private const int TurnLength = 64;

    // The outer loop is there for a block that says break or continue: they end the message, not the script.
    private const string ContainedScript =
        "param($__rounds, $__messages, $__block, $Server, $__done) foreach ($__round in $__rounds) { $__messages | ForEach-Object -Process $__block } $__done";

    private const string ScopedScript =
        "param($__rounds, $__messages, $__block, $Server, $__done) foreach ($__round in $__rounds) { foreach ($_ in $__messages) { & $__block $_ } } $__done";

    private readonly PSObject _done = new();
    private readonly Dictionary<string, object?> _unassigned = [];
    private AnswerWriter _answers = null!;
    private PSVariableIntrinsics _variables = null!;
    private ChatSession? _lastSession;
    private Exception? _failure;
    private bool _handling;
    private bool _doneSeen;
    private bool _going;
    private bool _used;
    private int _handled;

    /// <summary>True where the runspace has what the messages of another session have left.</summary>
    private bool IsStale => _used && Current?.Session != _lastSession;

    private BlockFootprint Footprint => Options.Block.Footprint;

    protected override void Serve()
    {
        _variables = Intrinsics.SessionState.PSVariable;
        RunspaceSnapshot? snapshot = Footprint.IsContained ? null : new RunspaceSnapshot(Intrinsics);
        foreach (string name in Footprint.Assigned)
        {
            // The engine keeps its preferences where they cannot be removed.
            _unassigned[name] = name.EndsWith("Preference", StringComparison.OrdinalIgnoreCase) ? _variables.GetValue(name) : null;
        }

        using (_answers = new AnswerWriter(Footprint.OnlyAnswers))
        {
            Dictionary<string, object?> parameters = new()
            {
                ["__rounds"] = Rounds(),
                ["__messages"] = new MessageLoop(this),
                ["__block"] = Footprint.IsContained ? Options.Block.UnboundWithoutParameters() : Options.Block.Unbound(),
                ["Server"] = null,
                ["__done"] = _done,
            };
            while (!_going && !Stopping.IsCancellationRequested)
            {
                parameters["Server"] = Pool.Server;
                _doneSeen = false;
                Exception? failure = Invoke(Footprint.IsContained ? ContainedScript : ScopedScript, parameters, Emit);
                if (_handling)
                {
                    EndEarly(failure);
                }
                else if (failure is not null && !Stopping.IsCancellationRequested)
                {
                    // Not the block: the script itself cannot run here.
                    throw failure;
                }

                if (IsStale && !Restore(snapshot!))
                {
                    // Another worker takes over what this one has begun to serve.
                    Leave();
                    return;
                }
            }

            _answers.FlushAsync();
        }
    }

    /// <summary>Ends the message before, and takes the next one; false when the worker shall go.</summary>
    public bool MoveNext([NotNullWhen(true)] out ChatMessage? message)
    {
        EndMessage();
        message = null;
        while (!Stopping.IsCancellationRequested)
        {
            if (Current is { } session)
            {
                if (IsStale)
                {
                    // What one session's messages have left in the runspace is no other's. Put right outside of the script,
                    // where a name means the runspace's own.
                    return false;
                }

                if (!session.IsLeft && !_answers.IsWaiting && !(_handled >= TurnLength && Pool.HasWaiting) && session.Session.Inbox.TryTake(out message))
                {
                    _handled++;
                    Prepare(message);
                    return true;
                }

                Leave();
            }
            else if (TakeNext() is { } next)
            {
                _handled = 0;
                _answers.Begin(next.Session);

                // The first worker's script begins before there is a server.
                _variables.Set("Server", Pool.Server);
            }
            else
            {
                _going = true;
                return false;
            }
        }

        return false;
    }

    private IEnumerable<int> Rounds()
    {
        // A round ends early where the block says break or continue.
        do
        {
            EndMessage();
            yield return 0;
        }
        while (!_going && !IsStale && !Stopping.IsCancellationRequested);
    }

    private bool Restore(RunspaceSnapshot snapshot)
    {
        _used = false;
        CloseWhatIsLeft();
        return snapshot.Restore();
    }

    private void Prepare(ChatMessage message)
    {
        _handling = true;
        _lastSession = message.Session;
        _used = !Footprint.IsContained;
        if (Footprint.IsContained)
        {
            SetParameters(message);
        }

        Set("Message", message);
        Set("Session", message.Session);
        Set("Server", Pool.Server);
    }

    private void SetParameters(ChatMessage message)
    {
        foreach ((string name, object? value) in _unassigned)
        {
            if (value is null)
            {
                _variables.Remove("local:" + name);
            }
            else
            {
                _variables.Set(name, value);
            }
        }

        for (int i = 0; i < Footprint.Parameters.Count; i++)
        {
            (string name, Type type) = Footprint.Parameters[i];
            _variables.Set(name, (i, type == typeof(string)) switch
            {
                (0, true) => message.Text,
                (0, false) => message,
                (_, true) => string.Empty,
                _ => null,
            });
        }
    }

    private void Set(string name, object? value)
    {
        if (!Footprint.IsContained || Footprint.Mentioned?.Contains(name) != false)
        {
            _variables.Set(name, value);
        }
    }

    private void Emit(PSObject item)
    {
        if (ReferenceEquals(item, _done))
        {
            _doneSeen = true;
        }
        else if (_handling)
        {
            try
            {
                _answers.Write(item, Stopping);
            }
            catch (ChatException e)
            {
                _failure ??= e;
            }
        }
    }

    private void EndMessage()
    {
        if (!_handling)
        {
            return;
        }

        _handling = false;
        try
        {
            _answers.EndMessage();
        }
        catch (ChatException e)
        {
            _failure ??= e;
        }

        if (_failure is { } failure)
        {
            _failure = null;
            Fail(failure);
        }
    }

    /// <summary>The script ended inside a message: by an error, or because the block said exit, which ends its session.</summary>
    private void EndEarly(Exception? failure)
    {
        EndMessage();
        if (failure is null && !_doneSeen)
        {
            Task sending = _answers.FlushAsync();
            Release()?.EndAfter(sending);
        }
        else if (failure is not null && !Stopping.IsCancellationRequested)
        {
            Fail(failure);
        }
    }

    private void Fail(Exception failure)
    {
        RecordFailure(failure);
        if (Options.ErrorAction == HandlerErrorAction.Close)
        {
            Task sending = _answers.FlushAsync();
            Release()?.EndAfter(sending, failure);
        }
    }

    /// <summary>Leaves the session when its answers have found room, so that a slow reader holds up no worker.</summary>
    private void Leave()
    {
        Task sending = _answers.FlushAsync();
        Release()?.LeaveAfter(sending);
    }
}
