using TcpChat.Servers;
using TcpChat.Sessions;
using TcpChat.TestPeer;

namespace TcpChat.Core.Tests.Servers;

/// <summary>The messages of all sessions in one row, each taken once.</summary>
public sealed class ServerInboxTests : IDisposable
{
    private readonly ChatServer _server = ChatServer.Start(TestServer.Prompt);

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task Messages_come_in_the_order_of_their_arrival()
    {
        await using PeerConnection a = await _server.ConnectPeerAsync();
        await using PeerConnection b = await _server.ConnectPeerAsync();
        await using PeerConnection c = await _server.ConnectPeerAsync();
        int sent = 0;
        foreach (PeerConnection peer in (PeerConnection[])[a, b, a, c, b, b, a])
        {
            await SendAndWaitAsync(peer, $"{++sent}", sent);
        }

        Assert.Equal(["1", "2", "3", "4", "5", "6", "7"], await TakeAsync(7));
        Assert.False(_server.Inbox.TryTake(out _));
    }

    [Fact]
    public async Task What_is_taken_from_a_session_is_not_seen_through_the_server()
    {
        await using PeerConnection a = await _server.ConnectPeerAsync();
        await using PeerConnection b = await _server.ConnectPeerAsync();
        await SendAndWaitAsync(a, "a1", 1);
        await SendAndWaitAsync(b, "b1", 2);
        await SendAndWaitAsync(a, "a2", 3);
        await SendAndWaitAsync(b, "b2", 4);
        Assert.Equal("a1", (await SessionOf(a).ReceiveAsync().Within())?.Text);

        Assert.True(_server.Inbox.TryPeek(out ChatMessage? oldest));
        Assert.Equal("b1", oldest.Text);
        Assert.Equal(["b1", "a2", "b2"], await TakeAsync(3));
        Assert.Null(FirstOrNull(SessionOf(a)));
    }

    [Fact]
    public async Task A_session_emptied_by_others_comes_back_in_its_new_place()
    {
        await using PeerConnection a = await _server.ConnectPeerAsync();
        await using PeerConnection b = await _server.ConnectPeerAsync();
        await SendAndWaitAsync(a, "a1", 1);
        Assert.Equal("a1", (await SessionOf(a).ReceiveAsync().Within())?.Text);
        await SendAndWaitAsync(b, "b1", 1);
        await SendAndWaitAsync(a, "a2", 2);

        Assert.Equal(["b1", "a2"], await TakeAsync(2));
    }

    [Fact]
    public async Task What_is_taken_through_the_server_is_not_seen_in_the_session()
    {
        await using PeerConnection a = await _server.ConnectPeerAsync();
        await SendAndWaitAsync(a, "a1", 1);
        await SendAndWaitAsync(a, "a2", 2);

        Assert.Equal(["a1"], await TakeAsync(1));
        Assert.Equal("a2", (await SessionOf(a).ReceiveAsync().Within())?.Text);
        Assert.False(_server.Inbox.TryPeek(out _));
    }

    [Fact]
    public async Task Messages_of_a_session_that_has_ended_can_be_taken()
    {
        PeerConnection a = await _server.ConnectPeerAsync();
        await a.SendAsync("last\n");
        await a.CloseAsync();
        await _server.Changed.WaitUntilAsync(() => _server.EndedSessions.Count == 1, CancellationToken.None).Within();

        Assert.Equal(["last"], await TakeAsync(1));
    }

    [Fact]
    public async Task Waiting_ends_on_cancellation()
    {
        using CancellationTokenSource cancel = new();
        Task<bool> wait = _server.Inbox.WaitToTakeAsync(cancel.Token).AsTask();

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait.Within());
    }

    [Fact]
    public async Task Many_takers_of_both_kinds_get_each_message_once()
    {
        const int Peers = 6;
        const int Lines = 500;
        PeerConnection[] peers = await Task.WhenAll(Enumerable.Range(0, Peers).Select(_ => _server.ConnectPeerAsync())).Within();
        await _server.WaitForSessionsAsync(Peers);
        System.Collections.Concurrent.ConcurrentBag<string> taken = [];
        IEnumerable<Task> direct = _server.Sessions.Take(2).Select(session => Task.Run(async () =>
        {
            while (await session.ReceiveAsync() is { } message)
            {
                taken.Add(message.Text);
            }
        }));
        IEnumerable<Task> throughServer = Enumerable.Range(0, 3).Select(_ => Task.Run(async () =>
        {
            while (await _server.Inbox.TakeAsync() is { } message)
            {
                taken.Add(message.Text);
            }
        }));
        Task[] takers = [.. direct, .. throughServer];
        await Task.WhenAll(peers.Select((peer, p) => Task.Run(async () =>
        {
            for (int i = 0; i < Lines; i++)
            {
                await peer.SendAsync($"{p}:{i}\n");
            }

            peer.HalfClose();
        }))).Within();
        await Bounded.EventuallyAsync(() => taken.Count == Peers * Lines);
        await _server.StopAsync(TestServer.Time).Within();
        await Task.WhenAll(takers).Within();

        Assert.Equal(Peers * Lines, taken.Distinct().Count());
        Assert.Equal(Peers * Lines, taken.Count);
        await Task.WhenAll(peers.Select(p => p.CloseAsync())).Within();
    }

    [Fact]
    public async Task It_tells_when_a_session_has_something_to_take()
    {
        int filled = 0;
        _server.Inbox.Filled += () => Interlocked.Increment(ref filled);
        await using PeerConnection a = await _server.ConnectPeerAsync();
        await SendAndWaitAsync(a, "1", 1);
        await SendAndWaitAsync(a, "2", 2);

        await Bounded.EventuallyAsync(() => Volatile.Read(ref filled) == 1);
        await TakeAsync(2);
        await SendAndWaitAsync(a, "3", 1);
        await Bounded.EventuallyAsync(() => Volatile.Read(ref filled) == 2);
    }

    /// <summary>Sends a line, and waits until so many messages wait in all.</summary>
    private async Task SendAndWaitAsync(PeerConnection peer, string text, int waiting)
    {
        await peer.SendAsync($"{text}\n");
        await Bounded.EventuallyAsync(() => _server.Sessions.Sum(s => s.InboxLength) == waiting);
    }

    private ChatSession SessionOf(PeerConnection peer) => _server.Sessions.Single(s => peer.LocalEndPoint.Equals(s.RemoteEndPoint));

    private static ChatMessage? FirstOrNull(ChatSession session) => session.Inbox.TryTake(out ChatMessage? message) ? message : null;

    private async Task<List<string?>> TakeAsync(int count)
    {
        List<string?> texts = [];
        for (int i = 0; i < count; i++)
        {
            texts.Add((await _server.Inbox.TakeAsync())?.Text);
        }

        return texts;
    }
}
