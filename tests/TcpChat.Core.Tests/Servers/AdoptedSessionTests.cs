using TcpChat.Errors;
using TcpChat.Servers;
using TcpChat.Sessions;

namespace TcpChat.Core.Tests.Servers;

/// <summary>Sessions that other processes hold are in a server's books like its own.</summary>
public sealed class AdoptedSessionTests : IDisposable
{
    private readonly ChatServer _server = ChatServer.Listen(TestServer.Prompt with { Model = ServerModel.Process });
    private readonly FakeSessionProcess _process = new();

    public void Dispose() => _server.Dispose();

    [Fact]
    public void It_shows_what_the_process_tells()
    {
        ChatSession? opened = null;
        _server.SessionOpened += session => opened = session;
        ChatSession session = _server.Adopt(_process);
        _process.Totals = new SessionTotals(1, 2, 3, 4, 5);

        Assert.Same(session, opened);
        Assert.Equal(4711, session.ProcessId);
        Assert.Equal("127.0.0.1:50000", session.Name);
        Assert.Equal(_process.LocalEndPoint, session.LocalEndPoint);
        Assert.Equal(ChatSessionState.Open, session.State);
        Assert.Equal(new SessionTotals(1, 2, 3, 4, 5), SessionTotals.Of(session));
        Assert.Equal(_process.Totals, _server.Totals);
        Assert.Equal(1, _server.Accepted);
        Assert.Equal([session], _server.Sessions);
    }

    [Fact]
    public async Task Sending_and_receiving_is_refused_with_the_process_named()
    {
        ChatSession session = _server.Adopt(_process);
        ChatException[] refused =
        [
            Assert.Throws<ChatException>(() => session.Send("hello")),
            Assert.Throws<ChatException>(() => session.Receive(0)),
            await Assert.ThrowsAsync<ChatException>(() => session.SendAsync("hello", TestContext.Current.CancellationToken).AsTask()),
            await Assert.ThrowsAsync<ChatException>(() => session.ReceiveAsync(TestContext.Current.CancellationToken).AsTask()),
        ];
        Assert.All(refused, static e => Assert.Equal(ChatErrorCode.SessionInOtherProcess, e.Code));
        Assert.All(refused, static e => Assert.Contains("4711", e.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task It_ends_as_the_process_says()
    {
        ChatSession session = _server.Adopt(_process);
        IOException error = new("crash");
        _process.Totals = new SessionTotals(7, 0, 0, 0, 0);
        _process.End(CloseReason.HandlerFailed, error);
        await session.WaitForCloseAsync().Within();

        Assert.Equal(CloseReason.HandlerFailed, session.CloseReason);
        Assert.Same(error, session.Error);
        Assert.Empty(_server.Sessions);
        Assert.Equal([session], _server.EndedSessions);
        Assert.Equal(7, _server.Totals.MessagesReceived);
        Assert.Null(session.Receive(0));
        Assert.Equal(ChatErrorCode.SessionClosed, Assert.Throws<ChatException>(() => session.Send("late")).Code);
    }

    [Fact]
    public async Task Closing_asks_the_process_and_is_over_when_that_says_so()
    {
        ChatSession session = _server.Adopt(_process);
        Task closing = session.CloseAsync(TestServer.Time);
        Assert.Equal(TestServer.Time, await _process.StopRequested.Within());
        Assert.Equal(ChatSessionState.Closing, session.State);
        Assert.False(closing.IsCompleted);

        _process.End(CloseReason.PeerClosed);
        await closing.Within();
        Assert.Equal(CloseReason.LocalClosed, session.CloseReason);
        Assert.False(_process.Killed.IsCompleted);
    }

    [Fact]
    public async Task Cutting_kills_the_process()
    {
        ChatSession session = _server.Adopt(_process);
        session.Abort();
        await _process.Killed.Within();
        Assert.Equal(ChatSessionState.Closed, session.State);
    }

    [Fact]
    public async Task Stopping_one_session_waits_for_the_end_of_its_process()
    {
        ChatSession session = _server.Adopt(_process);
        Task stopping = _server.StopSessionAsync(session, TestServer.Time);
        await _process.StopRequested.Within();
        _process.End(CloseReason.LocalClosed);
        await session.WaitForCloseAsync().Within();
        Assert.False(stopping.IsCompleted);
        _process.Exit();
        await stopping.Within();
    }

    [Fact]
    public async Task Stopping_the_server_waits_for_the_processes_that_accept_and_those_that_hold_sessions()
    {
        TaskCompletionSource spares = new();
        _server.AcceptWith(_ => spares.Task);
        ChatSession session = _server.Adopt(_process);
        Task stopping = _server.StopAsync(TestServer.Time);
        Assert.False(_process.StopRequested.IsCompleted);
        spares.SetResult();

        await _process.StopRequested.Within();
        _process.End(CloseReason.LocalClosed);
        await session.WaitForCloseAsync().Within();
        Assert.False(stopping.IsCompleted);
        _process.Exit();
        await stopping.Within();
        Assert.Equal(CloseReason.ServerStopped, session.CloseReason);
    }

    [Fact]
    public async Task One_that_comes_while_the_server_stops_is_ended()
    {
        await _server.StopAsync(TestServer.Time).Within();
        ChatSession session = _server.Adopt(_process);
        await _process.Killed.Within();
        Assert.Equal(CloseReason.ServerStopped, session.CloseReason);
    }
}
