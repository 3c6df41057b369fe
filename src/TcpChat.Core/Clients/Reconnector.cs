using TcpChat.Errors;
using TcpChat.Transport;

namespace TcpChat.Clients;

/// <summary>Makes a session's next connection, as its policy says. One session's, so used by one loop only.</summary>
/// <param name="dial">Makes a connection; called anew for each attempt, so that a name is resolved anew too.</param>
/// <param name="policy">How often, and with which waits.</param>
/// <param name="clock">The clock.</param>
/// <param name="random">Gives numbers from 0 to 1; the system's unless given.</param>
internal sealed class Reconnector(
    Func<CancellationToken, Task<ITransport>> dial, ReconnectPolicy policy, TimeProvider clock, Func<double>? random = null)
{
    private readonly Func<double> _random = random ?? Random.Shared.NextDouble;
    private int _attempt;

    /// <summary>How many attempts there may be.</summary>
    public int Limit => policy.Limit;

    /// <summary>Makes a connection, or ends when the attempts are used up.</summary>
    /// <param name="lasted">
    /// How long the connection lasted that was lost. One that was shorter than the wait before it may be is an attempt in vain like
    /// those before it: a server that accepts only to close would be called without end otherwise.
    /// </param>
    /// <param name="trying">Told of each attempt before its wait: its number, and the wait.</param>
    /// <param name="failed">Told why an attempt was in vain.</param>
    /// <param name="cancellationToken">Ends the wait and the attempt.</param>
    /// <returns>The connection, or null when the attempts are used up; and how many were made now.</returns>
    public async Task<(ITransport? Transport, int Attempts)> ConnectAsync(
        TimeSpan lasted, Action<int, TimeSpan> trying, Action<ChatException> failed, CancellationToken cancellationToken)
    {
        if (_attempt > 0 && lasted >= policy.LongestDelay(_attempt))
        {
            _attempt = 0;
        }

        for (int made = 1; _attempt < policy.Limit; made++)
        {
            _attempt++;
            TimeSpan delay = policy.LongestDelay(_attempt) * _random();
            trying(_attempt, delay);
            await Task.Delay(delay, clock, cancellationToken).ConfigureAwait(false);
            try
            {
                return (await dial(cancellationToken).ConfigureAwait(false), made);
            }
            catch (ChatException e)
            {
                failed(e);
            }
        }

        return (null, 0);
    }
}
