using System.Net.Sockets;

namespace TcpChat.Servers;

/// <summary>
/// Accepts connections until it is told to stop. An accept that fails, as when the process is out of file descriptors,
/// is reported and tried again after a pause that grows while it goes on failing, so that it neither ends the server nor spins.
/// </summary>
/// <param name="accept">Waits for one connection.</param>
/// <param name="accepted">Takes it. Must not block; the next is accepted when the task that it gives has ended.</param>
/// <param name="failed">Told of each failure.</param>
/// <param name="timeProvider">The clock of the pauses.</param>
internal sealed class AcceptLoop(
    Func<CancellationToken, ValueTask<Socket>> accept,
    Func<Socket, Task> accepted,
    Action<SocketException> failed,
    TimeProvider timeProvider)
{
    /// <summary>The pause after the first failure.</summary>
    public static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(10);

    /// <summary>The longest pause.</summary>
    public static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    public async Task RunAsync(CancellationToken stopping)
    {
        TimeSpan pause = FirstPause;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                Task ready = accepted(await accept(stopping).ConfigureAwait(false));
                pause = FirstPause;
                await ready.WaitAsync(stopping).ConfigureAwait(false);
            }
            catch (SocketException e) when (!stopping.IsCancellationRequested)
            {
                failed(e);
                await Task.Delay(pause, timeProvider, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException)
            {
                return;
            }
        }
    }
}
