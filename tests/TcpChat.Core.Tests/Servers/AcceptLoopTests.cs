using System.Net.Sockets;
using TcpChat.Servers;

namespace TcpChat.Core.Tests.Servers;

/// <summary>Accepting goes on, whatever happens to it, and never spins.</summary>
public sealed class AcceptLoopTests : IDisposable
{
    private readonly ManualTimeProvider _clock = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<Socket> _accepted = [];
    private readonly List<SocketError> _failures = [];
    private readonly TaskCompletionSource _endOfScript = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Queue<SocketError?> _script = [];
    private int _tries;

    public void Dispose()
    {
        _stopping.Dispose();
        _accepted.ForEach(s => s.Dispose());
    }

    [Fact]
    public async Task Failures_are_told_and_tried_again_after_pauses_that_grow_to_a_second()
    {
        Task run = Run([.. Enumerable.Repeat<SocketError?>(SocketError.TooManyOpenSockets, 10), null]);
        int[] pauses = [10, 20, 40, 80, 160, 320, 640, 1000, 1000, 1000];
        for (int i = 0; i < pauses.Length; i++)
        {
            await _clock.WaitForTimerAsync(TimeSpan.FromMilliseconds(pauses[i]));
            Assert.Equal(i + 1, _tries);
            Assert.Equal(i + 1, _failures.Count);
            Assert.Empty(_accepted);
            _clock.Advance(TimeSpan.FromMilliseconds(pauses[i] - 1));
            Assert.Equal(i + 1, _tries);
            _clock.Advance(TimeSpan.FromMilliseconds(1));
        }

        await _endOfScript.Task.Within();
        Assert.Single(_accepted);
        Assert.All(_failures, e => Assert.Equal(SocketError.TooManyOpenSockets, e));
        await StopAsync(run);
    }

    [Fact]
    public async Task After_a_success_the_pauses_begin_anew()
    {
        Task run = Run(SocketError.TooManyOpenSockets, SocketError.TooManyOpenSockets, null, SocketError.TooManyOpenSockets, null);
        foreach (int pause in (int[])[10, 20, 10])
        {
            await _clock.WaitForTimerAsync(TimeSpan.FromMilliseconds(pause));
            _clock.Advance(TimeSpan.FromMilliseconds(pause));
        }

        await _endOfScript.Task.Within();
        Assert.Equal(2, _accepted.Count);
        Assert.Equal(3, _failures.Count);
        await StopAsync(run);
    }

    [Fact]
    public async Task A_stop_ends_a_pause()
    {
        Task run = Run(SocketError.TooManyOpenSockets);
        await _clock.WaitForTimerAsync(AcceptLoop.FirstPause);

        await StopAsync(run);

        Assert.Equal(1, _tries);
    }

    [Fact]
    public async Task A_stop_ends_an_accept() => await StopAsync(Run());

    [Fact]
    public async Task A_failure_that_the_stop_itself_caused_is_not_told()
    {
        TaskCompletionSource<Socket> accept = new(TaskCreationOptions.RunContinuationsAsynchronously);
        AcceptLoop loop = new(_ => new ValueTask<Socket>(accept.Task), Accepted, e => _failures.Add(e.SocketErrorCode), _clock);
        Task run = loop.RunAsync(_stopping.Token);
        await _stopping.CancelAsync();
        accept.SetException(new SocketException((int)SocketError.OperationAborted));

        await run.Within();
        Assert.Empty(_failures);
    }

    private Task Run(params SocketError?[] script)
    {
        _script = new Queue<SocketError?>(script);
        AcceptLoop loop = new(AcceptAsync, Accepted, e => _failures.Add(e.SocketErrorCode), _clock);
        return Task.Run(() => loop.RunAsync(_stopping.Token));
    }

    private async Task StopAsync(Task run)
    {
        await _stopping.CancelAsync();
        await run.Within();
    }

    /// <summary>Fails where the script has an error, succeeds where it has none, and waits at its end.</summary>
    private async ValueTask<Socket> AcceptAsync(CancellationToken stopping)
    {
        if (_script.TryDequeue(out SocketError? step))
        {
            _tries++;
            return step is { } error
                ? throw new SocketException((int)error)
                : new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        }

        _endOfScript.TrySetResult();
        await Task.Delay(Timeout.Infinite, stopping);
        throw new InvalidOperationException();
    }

    private Task Accepted(Socket socket)
    {
        _accepted.Add(socket);
        return Task.CompletedTask;
    }
}
