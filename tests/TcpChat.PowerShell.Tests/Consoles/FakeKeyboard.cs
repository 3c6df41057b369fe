using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using TcpChat.Consoles;

namespace TcpChat.PowerShell.Tests.Consoles;

/// <summary>Someone at a keyboard: types keys, and between them does things or waits until something is so.</summary>
internal sealed class FakeKeyboard : IKeyboard
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    private readonly LinkedList<object> _script = [];
    private long _waitingSince;

    public FakeKeyboard Type(string text)
    {
        foreach (char c in text)
        {
            _script.AddLast(KeyOf(c));
        }

        return this;
    }

    /// <summary>Types what is only known when it is its turn.</summary>
    public FakeKeyboard Type(Func<string> text) => Do(() =>
    {
        foreach (char c in text().Reverse())
        {
            _script.AddFirst(KeyOf(c));
        }
    });

    public FakeKeyboard Press(ConsoleKey key, bool control = false)
    {
        _script.AddLast(new ConsoleKeyInfo('\0', key, false, false, control));
        return this;
    }

    /// <summary>Does something; what was typed before is on the screen then.</summary>
    public FakeKeyboard Do(Action action)
    {
        _script.AddLast(action);
        return this;
    }

    /// <summary>Types on when it is so.</summary>
    public FakeKeyboard Until(Func<bool> condition)
    {
        _script.AddLast(condition);
        return this;
    }

    private static ConsoleKeyInfo KeyOf(char c) => c switch
    {
        '\r' or '\n' => new ConsoleKeyInfo(c, ConsoleKey.Enter, false, false, c == '\n'),
        '\t' => new ConsoleKeyInfo(c, ConsoleKey.Tab, false, false, false),
        _ => new ConsoleKeyInfo(c, ConsoleKey.None, false, false, false),
    };

    public bool TryRead([NotNullWhen(true)] out ConsoleKeyInfo? key)
    {
        key = null;
        switch (_script.First?.Value)
        {
            case ConsoleKeyInfo pressed:
                _script.RemoveFirst();
                key = pressed;
                return true;
            case Action action:
                _script.RemoveFirst();
                action();
                return false;
            case Func<bool> condition:
                _waitingSince = _waitingSince == 0 ? Stopwatch.GetTimestamp() : _waitingSince;
                Assert.True(Stopwatch.GetElapsedTime(_waitingSince) < s_patience, "What was waited for has not come.");
                if (condition())
                {
                    _waitingSince = 0;
                    _script.RemoveFirst();
                }

                return false;
            default:
                _waitingSince = _waitingSince == 0 ? Stopwatch.GetTimestamp() : _waitingSince;
                Assert.True(Stopwatch.GetElapsedTime(_waitingSince) < s_patience, "The console was not left.");
                return false;
        }
    }
}
