using System.Globalization;
using TcpChat.Clients;
using TcpChat.Framing;
using TcpChat.Sessions;
using TcpChat.TestPeer;
using TcpChat.TestPeer.Behaviors;

namespace TcpChat.Core.Tests.Sessions;

/// <summary>Sessions over real sockets, with peers that misbehave.</summary>
public sealed class SocketSessionTests
{
    private static readonly TimeSpan s_time = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task Text_from_a_peer_that_sends_one_byte_per_write_comes_whole()
    {
        await using ListeningPeer peer = Peer.Listen(new PiecesBehavior(
            [.. "\u4F60\u597D, one\r\n\ntwo"u8.ToArray().Select(b => (byte[])[b])], then: Ending.HalfClose));
        using ChatSession session = await ConnectAsync(peer);

        Assert.Equal(["\u4F60\u597D, one", "", "two"], await session.ReadToEndAsync());
    }

    [Fact]
    public async Task Each_byte_of_a_character_in_a_read_of_its_own_is_one_character_in_raw()
    {
        await using ListeningPeer peer = Peer.Listen(PiecesBehavior.EachByte("\u4F60\u597D"u8.ToArray(), gated: true, Ending.HalfClose));
        using ChatSession session = await ConnectAsync(peer, new SessionOptions { Framing = new RawFraming() });
        List<string> texts = [];
        for (int i = 0; i < 6; i++)
        {
            peer.ReleaseStep();
            texts.Add((await session.ReceiveAsync().Within())!.Text);
        }

        Assert.Equal(["", "", "\u4F60", "", "", "\u597D"], texts);
    }

    [Fact]
    public async Task Glued_messages_come_apart()
    {
        await using ListeningPeer peer = Peer.Listen("glued?text=a,b,c&then=half-close");
        using ChatSession session = await ConnectAsync(peer);

        Assert.Equal(["a", "b", "c"], await session.ReadToEndAsync());
    }

    [Fact]
    public async Task Text_to_a_peer_arrives_as_it_was_sent()
    {
        await using ListeningPeer peer = Peer.Listen("record");
        using ChatSession session = await ConnectAsync(peer);
        PeerConnection connection = await peer.WaitForConnectionAsync();
        await session.SendAsync("\u4F60\u597D").Within();
        await session.SendAsync("").Within();
        await session.SendAsync("end").Within();
        await session.CloseAsync(s_time).Within();

        Assert.Equal(PeerEnd.Eof, await connection.WaitForEndAsync());
        Assert.Equal("\u4F60\u597D\n\nend\n", connection.ReceivedText);
    }

    [Fact]
    public async Task A_peer_that_has_sent_its_last_gets_its_answer()
    {
        await using ListeningPeer peer = Peer.Listen("half-close?send=question");
        using ChatSession session = await ConnectAsync(peer, new SessionOptions { HalfCloseTimeout = Timeout.InfiniteTimeSpan });
        PeerConnection connection = await peer.WaitForConnectionAsync();
        Assert.Equal(["question"], await session.ReadToEndAsync());
        await session.WaitForStateAsync(ChatSessionState.HalfClosed).Within();

        await session.SendAsync("answer").Within();
        await connection.WaitForBytesAsync(7);
        await session.CloseAsync(s_time).Within();

        Assert.Equal("answer\n", connection.ReceivedText);
        Assert.Equal(PeerEnd.Eof, await connection.WaitForEndAsync());
        Assert.Equal(CloseReason.PeerClosed, session.CloseReason);
    }

    [Fact]
    public async Task What_came_before_a_reset_can_be_taken()
    {
        await using ListeningPeer peer = Peer.Listen("record");
        using ChatSession session = await ConnectAsync(peer);
        PeerConnection connection = await peer.WaitForConnectionAsync();
        await connection.SendAsync("a\nb\nunfinished");
        await Bounded.EventuallyAsync(() => session.BytesReceived == 14);

        await connection.ResetAsync();
        await session.WaitForCloseAsync().Within();

        Assert.Equal(CloseReason.PeerReset, session.CloseReason);
        Assert.Equal(["a", "b"], await session.ReadToEndAsync());
    }

    [Fact]
    public async Task A_flood_into_a_small_inbox_loses_nothing()
    {
        const int Lines = 20_000;
        await using ListeningPeer peer = Peer.Listen($"flood?lines={Lines}&then=half-close");
        using ChatSession session = await ConnectAsync(peer, new SessionOptions { InboxLimit = 16 });
        int next = 0;
        while (await session.ReceiveAsync().Within() is { } message)
        {
            Assert.Equal(++next, int.Parse(message.Text.AsSpan(0, 10), CultureInfo.InvariantCulture));
            Assert.InRange(session.InboxLength, 0, 16);
        }

        Assert.Equal(Lines, next);
        Assert.Equal(Lines, session.MessagesReceived);
        Assert.Equal(Lines * 16, session.BytesReceived);
    }

    [Fact]
    public async Task A_full_inbox_holds_the_peer_back()
    {
        await using ListeningPeer peer = Peer.Listen("flood?lines=4000000&then=half-close");
        using ChatSession session = await ConnectAsync(peer, new SessionOptions { InboxLimit = 1 });
        PeerConnection connection = await peer.WaitForConnectionAsync();

        await connection.WaitForStallAsync();

        Assert.InRange(session.InboxLength, 0, 1);
        Assert.True(session.BytesReceived < connection.SentCount);
    }

    [Fact]
    public async Task A_peer_that_never_reads_is_cut_when_the_time_to_close_is_over()
    {
        ManualTimeProvider clock = new();
        await using ListeningPeer peer = Peer.Listen("never-reads");
        using ChatSession session = await ConnectAsync(peer, new SessionOptions { TimeProvider = clock });
        PeerConnection connection = await peer.WaitForConnectionAsync();
        await session.FillOutboxAsync();
        Task closing = session.CloseAsync(TimeSpan.FromSeconds(3));
        await clock.WaitForTimerAsync(TimeSpan.FromSeconds(3));

        clock.Advance(TimeSpan.FromSeconds(3));

        await closing.Within();
        Assert.Equal(PeerEnd.Reset, await connection.WaitForEndAsync());
        Assert.Equal(CloseReason.LocalClosed, session.CloseReason);
    }

    [Fact]
    public async Task A_peer_that_never_reads_is_disconnected_where_the_policy_says_so()
    {
        await using ListeningPeer peer = Peer.Listen("never-reads");
        using ChatSession session = await ConnectAsync(peer, new SessionOptions { OutboxPolicy = OutboxPolicy.Disconnect });

        await Assert.ThrowsAnyAsync<IOException>(async () =>
        {
            while (true)
            {
                await session.SendAsync(new byte[64 * 1024]).Within();
            }
        });

        Assert.Equal(CloseReason.SlowReader, session.CloseReason);
        Assert.Equal(ChatSessionState.Closed, session.State);
    }

    [Fact]
    public async Task A_slow_reader_gets_all_in_the_end()
    {
        await using ListeningPeer peer = Peer.Listen("slow-reader?bytes=65536");
        using ChatSession session = await ConnectAsync(peer, new SessionOptions { Framing = new LengthPrefixedFraming() });
        PeerConnection connection = await peer.WaitForConnectionAsync();
        byte[] message = new byte[50_000];
        Random.Shared.NextBytes(message);
        Task sending = Task.Run(async () =>
        {
            for (int i = 0; i < 100; i++)
            {
                await session.SendAsync(message);
            }
        });
        peer.ReleaseStep(1_000_000);

        await connection.WaitForBytesAsync(100 * 50_004);
        await sending.Within();

        byte[] frame = session.Wrap(message);
        Assert.All(connection.Received.Chunk(frame.Length), received => Assert.True(frame.AsSpan().SequenceEqual(received)));
    }

    [Fact]
    public async Task Many_senders_over_a_socket_never_interleave()
    {
        await using ListeningPeer peer = Peer.Listen("record");
        using ChatSession session = await ConnectAsync(peer, new SessionOptions { OutboxByteLimit = 10_000 });
        PeerConnection connection = await peer.WaitForConnectionAsync();
        await Task.WhenAll(Enumerable.Range(0, 6).Select(sender => Task.Run(async () =>
        {
            for (int i = 0; i < 300; i++)
            {
                await session.SendAsync($"{sender}:{i}:{new string((char)('a' + sender), i * 7)}");
            }
        }))).Within();
        await session.CloseAsync(s_time).Within();
        await connection.WaitForEndAsync();

        int[] next = new int[6];
        foreach (string line in connection.ReceivedText.Split('\n')[..^1])
        {
            int sender = line[0] - '0';
            int i = next[sender]++;
            Assert.Equal($"{sender}:{i}:{new string((char)('a' + sender), i * 7)}", line);
        }

        Assert.Equal([300, 300, 300, 300, 300, 300], next);
    }

    [Fact]
    public async Task A_peer_that_sends_too_much_is_told_the_end_and_not_reset()
    {
        await using ListeningPeer peer = Peer.Listen("oversize?bytes=2097152");
        using ChatSession session = await ConnectAsync(peer);
        PeerConnection connection = await peer.WaitForConnectionAsync();

        await session.WaitForCloseAsync().Within();

        Assert.Equal(CloseReason.MessageTooLarge, session.CloseReason);
        Assert.Equal(PeerEnd.Eof, await connection.WaitForEndAsync());
        Assert.Empty(await session.ReadToEndAsync());
    }

    [Theory]
    [InlineData("truncate-length?announce=100&bytes=10", CloseReason.ProtocolError)]
    [InlineData("truncate-length?announce=4294967295&bytes=10", CloseReason.MessageTooLarge)]
    [InlineData("garbage?seed=7&then=close", CloseReason.MessageTooLarge)]
    public async Task A_peer_that_breaks_the_framing_is_named_for_it(string behavior, CloseReason expected)
    {
        await using ListeningPeer peer = Peer.Listen(behavior);
        using ChatSession session = await ConnectAsync(peer, new SessionOptions { Framing = new LengthPrefixedFraming() });

        await session.WaitForCloseAsync().Within();

        Assert.Equal(expected, session.CloseReason);
    }

    [Fact]
    public async Task Garbage_taken_for_lines_ends_no_session()
    {
        await using ListeningPeer peer = Peer.Listen("garbage?seed=7&then=half-close");
        using ChatSession session = await ConnectAsync(peer);

        byte[] expected = GarbageBehavior.Payload(7, 65_536);
        List<string> lines = await session.ReadToEndAsync();
        await session.WaitForCloseAsync().Within();

        Assert.Equal(expected.Count(b => b == '\n') + (expected[^1] == '\n' ? 0 : 1), lines.Count);
        Assert.Equal(CloseReason.PeerClosed, session.CloseReason);
        Assert.True(session.InvalidBytes > 0);
    }

    [Fact]
    public async Task A_peer_that_resets_while_it_is_sent_to_ends_the_session()
    {
        await using ListeningPeer peer = Peer.Listen("reset-after?bytes=1");
        using ChatSession session = await ConnectAsync(peer);
        await session.SendAsync("x").Within();

        await session.WaitForCloseAsync().Within();

        Assert.Equal(CloseReason.PeerReset, session.CloseReason);
        await Assert.ThrowsAnyAsync<IOException>(() => session.SendAsync("y").Within());
    }

    [Fact]
    public async Task Cutting_a_session_resets_the_peer()
    {
        await using ListeningPeer peer = Peer.Listen("record");
        ChatSession session = await ConnectAsync(peer);
        PeerConnection connection = await peer.WaitForConnectionAsync();

        session.Abort();

        Assert.Equal(PeerEnd.Reset, await connection.WaitForEndAsync());
        Assert.Null(await session.ReceiveAsync().Within());
    }

    [Fact]
    public async Task A_waiting_receive_ends_with_the_session()
    {
        await using ListeningPeer peer = Peer.Listen("silent");
        using ChatSession session = await ConnectAsync(peer);
        ValueTask<ChatMessage?> receive = session.ReceiveAsync();

        await session.CloseAsync(s_time).Within();

        Assert.Null(await receive.Within());
    }

    private static Task<ChatSession> ConnectAsync(ListeningPeer peer, SessionOptions? options = null) => ChatClient.ConnectAsync(
        new ClientOptions { ComputerName = "127.0.0.1", Port = peer.Port, Session = options ?? new SessionOptions() }).Within();
}
