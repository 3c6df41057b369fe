using System.Net;
using System.Net.Sockets;

namespace TcpChat.TestPeer;

/// <summary>A peer that listens and gives each connection its behaviour.</summary>
public sealed class ListeningPeer : IAsyncDisposable
{
    private readonly PeerBehavior _behavior;
    private readonly Socket _listener;
    private readonly Socket? _filler;
    private readonly Action<string>? _trace;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private readonly List<PeerConnection> _connections = [];
    private readonly Milestone _connected = new("connections");
    private readonly Task _accepting;
    private int _steps;

    internal ListeningPeer(PeerBehavior behavior, PeerOptions options)
    {
        _behavior = behavior;
        _trace = options.Trace;
        _listener = new Socket(options.Address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            behavior.Prepare(_listener);
            _listener.Bind(new IPEndPoint(options.Address, options.Port));
            _listener.Listen(behavior.NeverAccepts ? 0 : 512);
            if (behavior.NeverAccepts)
            {
                _filler = FillAcceptQueue(EndPoint);
            }
        }
        catch
        {
            _listener.Dispose();
            throw;
        }

        _trace?.Invoke($"listening {EndPoint}");
        _accepting = behavior.NeverAccepts ? Task.CompletedTask : Task.Run(AcceptAsync);
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint EndPoint => (IPEndPoint)_listener.LocalEndPoint!;

    /// <summary>The port it listens on.</summary>
    public int Port => EndPoint.Port;

    /// <summary>A copy of the list of connections so far, ended ones included, in the order they were accepted.</summary>
    public IReadOnlyList<PeerConnection> Connections
    {
        get
        {
            lock (_lock)
            {
                return [.. _connections];
            }
        }
    }

    /// <summary>Waits until so many connections were accepted in all, and gives the one with that number.</summary>
    public async Task<PeerConnection> WaitForConnectionAsync(int number = 1, CancellationToken cancellationToken = default)
    {
        await _connected.WaitAsync(number, cancellationToken).ConfigureAwait(false);
        lock (_lock)
        {
            return _connections[number - 1];
        }
    }

    /// <summary>Lets the behaviour of every connection, also of those still to come, go on by so many steps.</summary>
    public void ReleaseStep(int count = 1)
    {
        lock (_lock)
        {
            _steps += count;
            foreach (var connection in _connections)
            {
                connection.ReleaseStep(count);
            }
        }
    }

    /// <summary>Stops listening and ends every connection.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _accepting.WaitAsync(Milestone.DefaultBound).ConfigureAwait(false);
        _listener.Dispose();
        _filler?.Dispose();
        _connected.Finish("The peer stopped listening");
        await Task.WhenAll(Connections.Select(connection => connection.CloseAsync())).ConfigureAwait(false);
    }

    // A queue of length 0 has room for one; with that one in it, no other handshake completes.
    private static Socket FillAcceptQueue(EndPoint endPoint)
    {
        var filler = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        filler.Connect(endPoint);
        return filler;
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var socket = await _listener.AcceptAsync(_stop.Token).ConfigureAwait(false);
                lock (_lock)
                {
                    _connections.Add(PeerConnection.Start(_connections.Count + 1, socket, _behavior, _trace, _steps));
                }

                _connected.Advance(1);
            }
            catch (OperationCanceledException)
            {
            }
            catch (SocketException e) when (!_stop.IsCancellationRequested)
            {
                // The client gave up between its handshake and our accept, or there was no descriptor left: the next one counts.
                _trace?.Invoke($"accept-failed {e.SocketErrorCode}");
            }
        }
    }
}
