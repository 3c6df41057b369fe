namespace TcpChat.Processes;

/// <summary>How long to wait before trying again what fails: longer each time, up to a limit, until it succeeds once.</summary>
internal sealed class GrowingPause(TimeSpan first, TimeSpan longest)
{
    private TimeSpan _last;

    /// <summary>The pause after one more failure.</summary>
    public TimeSpan Next()
    {
        _last = _last == TimeSpan.Zero ? first : _last * 2 < longest ? _last * 2 : longest;
        return _last;
    }

    /// <summary>It has succeeded.</summary>
    public void Reset() => _last = TimeSpan.Zero;
}
