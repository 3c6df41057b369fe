using TcpChat.Display;
using TcpChat.Errors;
using TcpChat.Servers;

namespace TcpChat.Jobs;

/// <summary>
/// Says which connections were not admitted, and never floods: the first of each kind of error at once, the others at most one
/// line a second, which says how many there were.
/// </summary>
internal sealed class RejectionNotice : IDisposable
{
    /// <summary>The time between two lines, but for the first of a kind of error.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly Action<string> _say;
    private readonly ITimer _timer;
    private readonly Lock _gate = new();
    private readonly HashSet<ChatErrorCode> _said = [];
    private RejectedConnection? _last;
    private int _held;
    private bool _pausing;

    /// <param name="say">Takes a line. Must not block.</param>
    /// <param name="timeProvider">The clock.</param>
    public RejectionNotice(Action<string> say, TimeProvider timeProvider)
    {
        _say = say;
        _timer = timeProvider.CreateTimer(static notice => ((RejectionNotice)notice!).GoOn(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>A connection was not admitted.</summary>
    public void Take(RejectedConnection rejection)
    {
        lock (_gate)
        {
            if (!_said.Add(rejection.Error.Code) && _pausing)
            {
                _held++;
                _last = rejection;
                return;
            }

            BeginPause();
        }

        _say($"The connection from {Describe(rejection)}");
    }

    public void Dispose() => _timer.Dispose();

    private static string Describe(RejectedConnection rejection) =>
        $"{rejection.RemoteEndPoint} was not admitted ({rejection.Error.Code}): {DisplayText.Clean(rejection.Error.Message)}";

    private void BeginPause()
    {
        if (!_pausing)
        {
            _pausing = true;
            _timer.Change(Pause, Timeout.InfiniteTimeSpan);
        }
    }

    private void GoOn()
    {
        string text;
        lock (_gate)
        {
            _pausing = false;
            if (_held == 0)
            {
                return;
            }

            text = _held == 1 ? $"The connection from {Describe(_last!)}" : $"{_held} more connections were not admitted; the last: {Describe(_last!)}";
            _held = 0;
            BeginPause();
        }

        _say(text);
    }
}
