using System.Net;
using System.Net.Sockets;
using TcpChat.Errors;

namespace TcpChat.Clients;

/// <summary>
/// Connects to the first address of a name that answers. An address that has not answered after a quarter of a second
/// gets company by the next (the "Happy Eyeballs" of RFC 8305, section 5), so that one dead address costs no more than that.
/// </summary>
/// <param name="computerName">A name or an address.</param>
/// <param name="port">The port.</param>
/// <param name="resolve">Finds the addresses; the system's resolver unless given.</param>
internal sealed class AddressDialer(
    string computerName, int port, Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null)
{
    /// <summary>How long an address is tried alone: the RFC's recommended "Connection Attempt Delay".</summary>
    private static readonly TimeSpan s_attemptDelay = TimeSpan.FromMilliseconds(250);

    private readonly Func<string, CancellationToken, Task<IPAddress[]>> _resolve = resolve ?? Dns.GetHostAddressesAsync;

    public async Task<Socket> ConnectAsync(CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(port, IPEndPoint.MinPort + 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(port, IPEndPoint.MaxPort);
        return await ConnectAsync(await ResolveAsync(cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The second step by itself, with the addresses of the first.</summary>
    public async Task<Socket> ConnectAsync(IPAddress[] addresses, CancellationToken cancellationToken)
    {
        using CancellationTokenSource decided = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        List<Task<Socket>> attempts = [];
        List<(IPAddress Address, SocketException Error)> failures = [];
        int next = 0;
        try
        {
            while (true)
            {
                if (next < addresses.Length)
                {
                    attempts.Add(AttemptAsync(addresses[next++], failures, decided.Token));
                }
                else if (attempts.Count == 0)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    throw Explain(failures);
                }

                Task<Socket>? finished = await FirstAsync(attempts, next < addresses.Length, cancellationToken).ConfigureAwait(false);
                if (finished is null)
                {
                    continue;
                }

                attempts.Remove(finished);
                if (finished.IsCompletedSuccessfully)
                {
                    return await finished.ConfigureAwait(false);
                }
            }
        }
        finally
        {
            await decided.CancelAsync().ConfigureAwait(false);
            foreach (Task<Socket> late in attempts)
            {
                _ = DisposeAsync(late);
            }
        }
    }

    /// <summary>The first step by itself: the addresses of the name, at least one.</summary>
    public async Task<IPAddress[]> ResolveAsync(CancellationToken cancellationToken)
    {
        try
        {
            // On Linux a look-up that has begun takes no notice of the token, so it is left to itself.
            IPAddress[] addresses = await _resolve(computerName, cancellationToken).WaitAsync(cancellationToken).ConfigureAwait(false);
            return addresses.Length > 0 ? addresses : throw new SocketException((int)SocketError.NoData);
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            throw new ChatException(ChatErrorCode.NameNotFound, $"The name '{computerName}' has no address: {e.Message}", e);
        }
    }

    private async Task<Socket> AttemptAsync(
        IPAddress address, List<(IPAddress Address, SocketException Error)> failures, CancellationToken cancellationToken)
    {
        Socket? socket = null;
        try
        {
            // Fails where the system has no such addresses at all, as without IPv6.
            socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(new IPEndPoint(address, port), cancellationToken).ConfigureAwait(false);
            return socket;
        }
        catch (Exception e)
        {
            socket?.Dispose();
            if (e is SocketException error)
            {
                lock (failures)
                {
                    failures.Add((address, error));
                }
            }

            throw;
        }
    }

    /// <summary>The first attempt that ends; null when the next address is due before.</summary>
    private static async Task<Task<Socket>?> FirstAsync(List<Task<Socket>> attempts, bool moreToCome, CancellationToken cancellationToken)
    {
        Task<Task<Socket>> first = Task.WhenAny(attempts);
        try
        {
            return await (moreToCome
                ? first.WaitAsync(s_attemptDelay, cancellationToken)
                : first.WaitAsync(cancellationToken)).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return null;
        }
    }

    private static async Task DisposeAsync(Task<Socket> late)
    {
        try
        {
            (await late.ConfigureAwait(false)).Dispose();
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            // It came to nothing by itself.
        }
    }

    private ChatException Explain(List<(IPAddress Address, SocketException Error)> failures)
    {
        SocketException last = failures[^1].Error;
        string tried = string.Join("; ", failures.Select(f => $"{f.Address}: {f.Error.Message}"));
        return last.SocketErrorCode switch
        {
            SocketError.ConnectionRefused => new ChatException(
                ChatErrorCode.ConnectionRefused, $"Nobody listens at {computerName} port {port} ({tried}).", last),
            SocketError.HostUnreachable or SocketError.NetworkUnreachable or SocketError.HostDown or SocketError.NetworkDown =>
                new ChatException(ChatErrorCode.HostUnreachable, $"No way leads to {computerName} port {port} ({tried}).", last),
            SocketError.TimedOut => new ChatException(
                ChatErrorCode.ConnectTimeout, $"{computerName} port {port} did not answer ({tried}).", last),
            _ => new ChatException(ChatErrorCode.ConnectFailed, $"No connection to {computerName} port {port} ({tried}).", last),
        };
    }
}
