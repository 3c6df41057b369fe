using System.Diagnostics;
using TcpChat.LineEditing;

namespace TcpChat.Consoles;

/// <summary>The console of a conversation on a terminal: what comes is written above the line being typed, which stays as it is.</summary>
internal sealed class KeyConsole
{
    /// <summary>Keys and lines are taken in turns of so many, so that neither a paste nor a flood keeps the other from the screen.</summary>
    private const int Turn = 512;

    // PowerShell's hosts can be asked whether a key was pressed, but not told to say so; and a read that waits for one cannot
    // be ended: its thread would swallow the first key after the console was left. So the keyboard is looked at, often while
    // someone types and less often otherwise. Everything else is waited for. The keys are safe between two looks: .NET leaves
    // a terminal without echo and without reading line by line.
    private static readonly TimeSpan s_typingPause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan s_idlePause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_typingTime = TimeSpan.FromSeconds(2);

    private readonly IConversation _conversation;
    private readonly IKeyboard _keyboard;
    private readonly LineDisplay _display;
    private readonly LineEditor _editor;
    private readonly Talk _talk;
    private readonly CancellationToken _stop;
    private readonly WakeUp _wakeUp = new();
    private readonly List<string> _show = [];
    private Task? _arrival;
    private long _lastKey = Stopwatch.GetTimestamp();

    public KeyConsole(IConversation conversation, IKeyboard keyboard, LineDisplay display, LineHistory history, CancellationToken stop)
    {
        _conversation = conversation;
        _keyboard = keyboard;
        _display = display;
        _talk = new Talk(conversation, stop);
        _editor = new LineEditor(display, history) { Complete = FindCompletion, InsertsTab = true };
        _stop = stop;
    }

    /// <summary>Holds the conversation until it ends or is left. The line being typed is off the screen or finished then.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public ConsoleEnd Run()
    {
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(_stop);
        using CancellationTokenRegistration stopped = _stop.Register(_wakeUp.Call);
        Begin();
        _show.AddRange(_conversation.Opening);
        bool isOpen = true;
        try
        {
            while (true)
            {
                _stop.ThrowIfCancellationRequested();
                bool found = TakeLines();
                _talk.Send(_show);
                if (_conversation.HasEnded)
                {
                    isOpen = false;
                    Close();
                    return ConsoleEnd.Ended;
                }

                Show();
                bool typed = TakeKeys(out LineOutcome outcome);
                isOpen = outcome == LineOutcome.Editing;
                if (!isOpen)
                {
                    Leave(outcome);
                    return ConsoleEnd.Left;
                }

                if (!found && !typed)
                {
                    Wait(leaving.Token);
                }
            }
        }
        finally
        {
            leaving.Cancel();
            if (isOpen)
            {
                _editor.Abandon(LineEditor.InterruptMark);
            }

            if (_talk.Unsent > 0)
            {
                _display.WriteLine($"{Talk.Mark}Lines that were not sent: {_talk.Unsent}.");
            }
        }
    }

    private void Begin() => _editor.Begin(_conversation.Prompt);

    /// <summary>The last lines go below what was being typed, if something was.</summary>
    private void Close()
    {
        if (_editor.Text.Length == 0)
        {
            _display.Hide();
        }
        else
        {
            _editor.Abandon();
        }

        WriteBelow();
    }

    private void Leave(LineOutcome outcome)
    {
        if (outcome == LineOutcome.Interrupted)
        {
            throw new OperationCanceledException();
        }

        _talk.SendRest(_show);
        WriteBelow();
    }

    private bool TakeLines()
    {
        // What is not shown is not taken, and so is there for others when the console is left.
        int count = 0;
        while (count < Turn && _conversation.Take() is { } line)
        {
            _show.Add(line);
            count++;
        }

        return count > 0;
    }

    private void Show()
    {
        if (_show.Count > 0)
        {
            _display.WriteAbove(string.Join('\n', _show));
            _show.Clear();
        }
        else if (_display.IsResized)
        {
            _editor.Draw();
        }
    }

    private void WriteBelow()
    {
        _show.ForEach(_display.WriteLine);
        _show.Clear();
    }

    /// <summary>Feeds the editor what was typed; draws once for all of it, so that a paste is fast.</summary>
    private bool TakeKeys(out LineOutcome outcome)
    {
        outcome = LineOutcome.Editing;
        int count = 0;
        while (count < Turn && _talk.HasRoom && _keyboard.TryRead(out ConsoleKeyInfo? key))
        {
            count++;
            outcome = _editor.Feed(key.Value);
            if (outcome == LineOutcome.Accepted && _talk.Enter(_editor.Text, _show))
            {
                outcome = LineOutcome.Editing;
                WriteBelow();
                Begin();
            }

            if (outcome != LineOutcome.Editing)
            {
                return true;
            }
        }

        if (count > 0)
        {
            _lastKey = Stopwatch.GetTimestamp();
            _editor.Draw();
        }

        return count > 0;
    }

    private void Wait(CancellationToken leaving)
    {
        if (_arrival is null or { IsCompleted: true })
        {
            _arrival = _conversation.WaitToTakeAsync(leaving);
        }

        _wakeUp.HearOf(_arrival);
        _wakeUp.HearOf(_talk.Sending);
        _wakeUp.Wait(Stopwatch.GetElapsedTime(_lastKey) < s_typingTime ? s_typingPause : s_idlePause);
    }

    private LineCompletion? FindCompletion(string text, int cursor)
    {
        string word = text[..cursor];
        return word.StartsWith('/') && !word.Contains(' ', StringComparison.Ordinal)
            ? new LineCompletion(0, cursor, [.. _talk.CommandNames.Where(name => name.StartsWith(word, StringComparison.OrdinalIgnoreCase))])
            : null;
    }
}
