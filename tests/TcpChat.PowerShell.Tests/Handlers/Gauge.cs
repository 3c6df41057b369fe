namespace TcpChat.PowerShell.Tests.Handlers;

/// <summary>Says how many handlers were in it at once at most.</summary>
public sealed class Gauge
{
    private int _now;
    private int _most;

    public int Most => Volatile.Read(ref _most);

    public void Enter()
    {
        int now = Interlocked.Increment(ref _now);
        int most;
        while (now > (most = Volatile.Read(ref _most)) && Interlocked.CompareExchange(ref _most, now, most) != most)
        {
        }
    }

    public void Leave() => Interlocked.Decrement(ref _now);
}
