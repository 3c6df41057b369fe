using System.Net;
using TcpChat.Servers;
using TcpChat.Sessions;

namespace TcpChat.Core.Tests.Servers;

/// <summary>A process that holds a session, whose life the test decides.</summary>
internal sealed class FakeSessionProcess : ISessionProcess
{
    private readonly TaskCompletionSource<SessionOutcome> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<TimeSpan> _stopRequested = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _killed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int ProcessId => 4711;

    public EndPoint? RemoteEndPoint => new IPEndPoint(IPAddress.Loopback, 50_000);

    public EndPoint? LocalEndPoint => new IPEndPoint(IPAddress.Loopback, 7_000);

    public SessionTotals Totals { get; set; }

    public Task<SessionOutcome> Ended => _ended.Task;

    public Task Exited => _exited.Task;

    public Task<TimeSpan> StopRequested => _stopRequested.Task;

    public Task Killed => _killed.Task;

    public void RequestStop(TimeSpan timeout) => _stopRequested.TrySetResult(timeout);

    public void Kill() => _killed.TrySetResult();

    public void End(CloseReason reason, Exception? error = null) => _ended.TrySetResult(new SessionOutcome(reason, error));

    public void Exit() => _exited.TrySetResult();
}
