using System.Diagnostics;

namespace TcpChat.Consoles;

/// <summary>The console of a conversation where there is no terminal: whole lines come from somewhere, and whole lines are written.</summary>
internal sealed class LineConsole(IConversation conversation, ILineSource source, Action<string> write, TimeSpan idleTime, CancellationToken stop)
{
    private readonly Talk _talk = new(conversation, stop);
    private readonly List<string> _show = [];
    private Task? _arrival;
    private bool _inputEnded;
    private long _lastChange;

    /// <summary>
    /// Holds the conversation until it ends, is left, or the input has ended and nothing has come for the time given: an
    /// answer to the last line may still be on its way.
    /// </summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public ConsoleEnd Run()
    {
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(stop);
        try
        {
            while (true)
            {
                stop.ThrowIfCancellationRequested();
                bool found = TakeLine();
                if (!found && conversation.HasEnded)
                {
                    return ConsoleEnd.Ended;
                }

                bool read = TakeInput(out bool leaves);
                Flush();
                if (leaves || (!found && !read && !Wait(leaving.Token)))
                {
                    _talk.SendRest(_show);
                    Flush();
                    return ConsoleEnd.Left;
                }
            }
        }
        finally
        {
            leaving.Cancel();
            if (_talk.Unsent > 0)
            {
                write($"{Talk.Mark}Lines that were not sent: {_talk.Unsent}.");
            }
        }
    }

    private bool TakeLine()
    {
        string? line = conversation.Take();
        if (line is not null)
        {
            write(line);
            Touch();
        }

        return line is not null;
    }

    private bool TakeInput(out bool leaves)
    {
        leaves = false;
        if (_inputEnded || !_talk.HasRoom || source.ReadAsync() is not { IsCompletedSuccessfully: true } reading)
        {
            return false;
        }

        string? line = reading.GetAwaiter().GetResult();
        source.Advance();
        Touch();
        if (line is null)
        {
            _inputEnded = true;
        }
        else
        {
            leaves = !_talk.Enter(line, _show);
        }

        return true;
    }

    private void Flush()
    {
        if (_talk.Sending is { IsCompleted: true })
        {
            Touch();
        }

        _talk.Send(_show);
        _show.ForEach(write);
        _show.Clear();
    }

    /// <summary>Waits for whatever comes next; false when that has taken too long.</summary>
    private bool Wait(CancellationToken leaving)
    {
        if (_arrival is null or { IsCompleted: true })
        {
            _arrival = conversation.WaitToTakeAsync(leaving);
        }

        List<Task> changes = [_arrival];
        if (_talk.Sending is { } sending)
        {
            changes.Add(sending);
        }

        if (!_inputEnded && _talk.HasRoom)
        {
            changes.Add(source.ReadAsync());
        }

        if (!_inputEnded)
        {
            Task.WaitAny([.. changes], stop);
            return true;
        }

        TimeSpan left = idleTime - Stopwatch.GetElapsedTime(_lastChange);
        return left > TimeSpan.Zero && Task.WaitAny([.. changes], (int)Math.Min(left.TotalMilliseconds + 1, int.MaxValue), stop) >= 0;
    }

    private void Touch() => _lastChange = Stopwatch.GetTimestamp();
}
