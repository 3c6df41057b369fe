using System.Net;
using TcpChat.Clients;
using TcpChat.Errors;
using TcpChat.Framing;
using TcpChat.Sessions;
using TcpChat.TestPeer;

namespace TcpChat.Core.Tests.Sessions;

/// <summary>A session that makes its connection anew, to a peer that goes and comes again at the same port.</summary>
public sealed class ReconnectSocketTests : IDisposable
{
    private static readonly ReconnectPolicy s_policy = new()
    {
        Delay = TimeSpan.FromMilliseconds(1),
        MaximumDelay = TimeSpan.FromMilliseconds(20),
        Limit = 10_000,
    };

    private readonly HeldPort _port = new();

    public void Dispose() => _port.Dispose();

    [Fact]
    public async Task A_server_that_comes_again_is_found_and_gets_what_waited()
    {
        ListeningPeer first = Listen("record");
        using ChatSession session = await ConnectAsync();
        EndPoint? before = session.LocalEndPoint;
        PeerConnection old = await first.WaitForConnectionAsync();
        await old.SendAsync("before\nhalf");
        await Bounded.EventuallyAsync(() => session.BytesReceived == 11);

        await first.DisposeAsync();
        await session.WaitForStateAsync(ChatSessionState.Reconnecting).Within();
        await session.SendAsync("while you were away").Within();
        await Bounded.EventuallyAsync(() => session.ReconnectAttempt > 1);
        Assert.Equal(ChatErrorCode.ConnectionRefused, Assert.IsType<ChatException>(session.Error).Code);
        await using ListeningPeer second = Listen("record");
        PeerConnection next = await second.WaitForConnectionAsync();
        await next.WaitForBytesAsync(20);
        await next.SendAsync("after\n");

        Assert.Equal("while you were away\n", next.ReceivedText);
        Assert.Equal("before", (await session.ReceiveAsync().Within())?.Text);
        Assert.Equal("after", (await session.ReceiveAsync().Within())?.Text);
        Assert.Equal(ChatSessionState.Open, session.State);
        Assert.Equal(next.RemoteEndPoint, session.LocalEndPoint);
        Assert.NotEqual(before, session.LocalEndPoint);
        Assert.Equal(1, session.ReconnectCount);
        Assert.Equal(4, session.DiscardedBytes);
    }

    [Fact]
    public async Task A_peer_that_resets_is_called_again()
    {
        await using ListeningPeer peer = Listen("record");
        using ChatSession session = await ConnectAsync();
        await (await peer.WaitForConnectionAsync()).ResetAsync();

        await (await peer.WaitForConnectionAsync(2)).SendAsync("again\n");

        Assert.Equal("again", (await session.ReceiveAsync().Within())?.Text);
    }

    [Fact]
    public async Task A_peer_that_only_closes_its_side_sees_the_old_connection_end_in_order()
    {
        await using ListeningPeer peer = Listen("record");
        using ChatSession session = await ConnectAsync();
        PeerConnection old = await peer.WaitForConnectionAsync();
        await session.SendAsync("all of it").Within();
        await old.WaitForBytesAsync(10);

        old.HalfClose();

        Assert.Equal(PeerEnd.Eof, await old.WaitForEndAsync());
        await peer.WaitForConnectionAsync(2);
        await session.WaitForStateAsync(ChatSessionState.Open).Within();
        await Bounded.EventuallyAsync(() => session.ReconnectCount == 1);
    }

    [Fact]
    public async Task A_message_cut_in_two_by_a_reset_arrives_whole()
    {
        await using ListeningPeer peer = Listen("never-reads");
        using ChatSession session = await ConnectAsync(new SessionOptions { Framing = new LengthPrefixedFraming(), OutboxByteLimit = 64 << 20 });
        PeerConnection old = await peer.WaitForConnectionAsync();
        byte[] large = new byte[32 << 20];
        Random.Shared.NextBytes(large);
        await session.SendAsync(large).Within();
        await session.SendAsync("last").Within();
        Assert.True(session.OutboxLength > 0);
        await peer.DisposeAsync();

        await using ListeningPeer second = Listen("record");
        PeerConnection next = await second.WaitForConnectionAsync();
        await next.WaitForBytesAsync(4 + large.Length + 8);

        byte[] received = next.Received;
        Assert.Equal(4 + large.Length + 8, received.Length);
        Assert.True(received.AsSpan(4, large.Length).SequenceEqual(large));
        Assert.Equal("last"u8.ToArray(), received[^4..]);
        Assert.NotNull(old.End);
    }

    [Fact]
    public async Task Many_losses_in_a_row_leave_one_connection()
    {
        const int Losses = 50;
        await using ListeningPeer peer = Listen("record");
        using ChatSession session = await ConnectAsync();
        for (int i = 1; i <= Losses; i++)
        {
            PeerConnection connection = await peer.WaitForConnectionAsync(i);
            await connection.SendAsync($"{i}\n");
            Assert.Equal($"{i}", (await session.ReceiveAsync().Within())?.Text);
            await (i % 2 == 0 ? connection.CloseAsync() : connection.ResetAsync());
        }

        await peer.WaitForConnectionAsync(Losses + 1);
        await Bounded.EventuallyAsync(() => session.ReconnectCount == Losses);
        Assert.Equal(Losses + 1, peer.Connections.Count);
        Assert.Equal(Losses, peer.Connections.Count(c => c.End is not null));
        await session.CloseAsync(TimeSpan.FromSeconds(10)).Within();
        Assert.Equal(PeerEnd.Eof, await peer.Connections[^1].WaitForEndAsync());
    }

    [Fact]
    public async Task A_server_that_only_ever_closes_is_left_in_the_end()
    {
        await using ListeningPeer peer = Listen("close-on-accept");
        using ChatSession session = await ConnectAsync(
            policy: new ReconnectPolicy { Delay = TimeSpan.FromSeconds(20), MaximumDelay = TimeSpan.FromSeconds(20), Limit = 4 },
            random: 0);

        await session.WaitForCloseAsync().Within();

        Assert.Equal(CloseReason.PeerClosed, session.CloseReason);
        Assert.Equal(4, session.ReconnectCount);
        Assert.Equal(ChatErrorCode.ReconnectFailed, Assert.IsType<ChatException>(session.Error).Code);
    }

    [Fact]
    public async Task The_first_connection_is_tried_once()
    {
        ChatException e = await Assert.ThrowsAsync<ChatException>(() => ConnectAsync());

        Assert.Equal(ChatErrorCode.ConnectionRefused, e.Code);
    }

    [Fact]
    public async Task Closing_while_it_waits_for_a_server_ends_at_once()
    {
        ListeningPeer peer = Listen("silent");
        using ChatSession session = await ConnectAsync(policy: new ReconnectPolicy { Delay = TimeSpan.FromHours(1), MaximumDelay = TimeSpan.FromHours(1) }, random: 1);
        await peer.DisposeAsync();
        await session.WaitForStateAsync(ChatSessionState.Reconnecting).Within();
        await session.SendAsync("never sent").Within();

        await session.CloseAsync(TimeSpan.FromHours(1)).Within();

        Assert.Equal(CloseReason.LocalClosed, session.CloseReason);
        Assert.Equal(1, session.UnsentMessages);
    }

    private ListeningPeer Listen(string behavior) => Peer.Listen(behavior, new PeerOptions { Port = _port.Number });

    private Task<ChatSession> ConnectAsync(SessionOptions? options = null, ReconnectPolicy? policy = null, double? random = null) =>
        ChatClient.ConnectAsync(
            new ClientOptions
            {
                ComputerName = IPAddress.Loopback.ToString(),
                Port = _port.Number,
                Session = options ?? new SessionOptions(),
                Reconnect = policy ?? s_policy,
            },
            random is { } number ? () => number : null).Within();
}
