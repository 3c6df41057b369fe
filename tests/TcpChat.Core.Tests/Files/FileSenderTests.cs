using System.Net.Sockets;
using System.Text;
using TcpChat.Clients;
using TcpChat.Errors;
using TcpChat.Files;
using TcpChat.Framing;
using TcpChat.Sessions;

namespace TcpChat.Core.Tests.Files;

public sealed class FileSenderTests : IDisposable
{
    private const int Piece = 64 * 1024;

    private readonly FakeTransport _transport = new();
    private readonly TestFolder _folder = new();

    public static TheoryData<MessageFraming, string, string> Wires => new()
    {
        { new RawFraming(), "a\nb", "a\nb" },
        { new RawFraming(), "", "" },
        { new LineFraming(), "a\nb", "a\nb\n" },
        { new LineFraming(), "a\nb\n", "a\nb\n" },
        { new LineFraming(), "", "" },
        { new LineFraming(null, LineEnding.CrLf), "a\nb", "a\nb\r\n" },
        { new LineFraming(null, LineEnding.CrLf), "a\n", "a\n" },
        { new LineFraming(Encoding.BigEndianUnicode), "\0a", "\0a\0\n" },
        { new LineFraming(Encoding.BigEndianUnicode), "\0a\0\n", "\0a\0\n" },
        { new DelimiterFraming("--"u8), "a--b-", "a--b---" },
        { new DelimiterFraming("--"u8), "a--b--", "a--b--" },
        { new DelimiterFraming("----------"u8), "a", "a----------" },
        { new LengthPrefixedFraming(), "abc", "\0\0\0\u0003abc\0\0\0\0" },
        { new LengthPrefixedFraming(), "", "\0\0\0\0" },
    };

    [Theory]
    [MemberData(nameof(Wires))]
    public async Task A_file_goes_as_its_framing_says(MessageFraming framing, string content, string wire)
    {
        ChatSession session = Open(new SessionOptions { Framing = framing });
        FileTransfer transfer = await SendAsync(session, Encoding.Latin1.GetBytes(content));

        Assert.Equal(wire, Encoding.Latin1.GetString(_transport.Sent));
        Assert.Equal(content.Length, transfer.Length);
        Assert.Equal(1, session.MessagesSent);
        Assert.Equal(TransferDirection.Sent, transfer.Direction);
        Assert.False(_transport.Aborted);
    }

    [Fact]
    public async Task A_large_file_goes_whole_however_little_the_system_takes_at_once()
    {
        byte[] content = Random.Shared.GetItems(Enumerable.Range(0, 256).Select(static i => (byte)i).ToArray(), (3 * Piece) + 7);
        _transport.LimitRoom(1000);
        await SendAsync(Open(new SessionOptions { Framing = new RawFraming() }), content);

        Assert.Equal(content, _transport.Sent);
    }

    [Fact]
    public async Task Frames_are_no_larger_than_a_message_may_be()
    {
        await SendAsync(Open(new SessionOptions { Framing = new LengthPrefixedFraming(), MaximumMessageSize = 2 }), "abc"u8.ToArray());

        Assert.Equal("\0\0\0\u0002ab\0\0\0\u0001c\0\0\0\0", _transport.SentText);
    }

    [Theory]
    [InlineData(OutboxPolicy.Wait)]
    [InlineData(OutboxPolicy.Disconnect)]
    [InlineData(OutboxPolicy.DropOldest)]
    public async Task Under_every_policy_one_piece_waits_and_none_is_lost(OutboxPolicy policy)
    {
        ChatSession session = Open(new SessionOptions { Framing = new RawFraming(), OutboxPolicy = policy, OutboxByteLimit = 10 });
        byte[] content = new byte[3 * Piece];
        content[Piece] = 1;
        content[2 * Piece] = 2;
        _transport.HoldSends();
        FileTransfer transfer = Begin(session, content);
        long most = 0;
        for (int piece = 0; piece < 3; piece++)
        {
            await _transport.WaitUntilHeldAsync();
            most = Math.Max(most, session.OutboxLength);
            _transport.LetOneSend();
            await _transport.WaitUntilAsync(t => t.Sent.Length == (piece + 1) * Piece);
        }

        await transfer.Completion.Within();
        Assert.Equal(content, _transport.Sent);
        Assert.Equal(Piece, most);
    }

    [Fact]
    public async Task What_others_send_comes_after_the_file()
    {
        ChatSession session = Open(new SessionOptions { OutboxPolicy = OutboxPolicy.Disconnect });
        _transport.HoldSends();
        FileTransfer transfer = Begin(session, "first\nlast"u8.ToArray());
        await _transport.WaitUntilHeldAsync();
        Task other = session.SendAsync("other").AsTask();
        FileTransfer second = Begin(session, "second"u8.ToArray());
        _transport.LetSends();
        await transfer.Completion.Within();
        await other.Within();
        await second.Completion.Within();

        Assert.StartsWith("first\nlast\n", _transport.SentText, StringComparison.Ordinal);
        Assert.Equal(["first", "last", "other", "second"], _transport.SentText.TrimEnd('\n').Split('\n').Order());
    }

    [Fact]
    public async Task A_file_does_not_go_on_over_another_connection_and_what_waited_does()
    {
        FakeDialer dialer = new();
        FakeTransport second = dialer.Ready();
        SessionOptions options = new() { Framing = new LengthPrefixedFraming() };
        using ChatSession session = new(
            _transport, options, "fake", static s => new InboxSink(s), reconnector: dialer.With(new ReconnectPolicy(), options.TimeProvider, random: 0));
        session.Start();
        _transport.HoldSends();
        FileTransfer transfer = Begin(session, new byte[3 * Piece]);
        await _transport.WaitUntilHeldAsync();
        Task other = session.SendAsync("other").AsTask();
        _transport.FeedFault(new SocketException((int)SocketError.ConnectionReset));

        ChatException e = await Assert.ThrowsAsync<ChatException>(() => transfer.Completion.Within());
        await other.Within();
        await second.WaitUntilAsync(static t => t.Sent.Length > 0);

        Assert.Equal(ChatErrorCode.TransferIncomplete, e.Code);
        Assert.Equal("\0\0\0\u0005other", second.SentText);
        Assert.Equal(ChatSessionState.Open, session.State);
        Assert.Equal(0, session.OutboxLength);
    }

    [Fact]
    public async Task A_file_that_is_stopped_in_the_middle_cuts_the_session()
    {
        using CancellationTokenSource stop = new();
        ChatSession session = Open();
        _transport.HoldSends();
        FileTransfer transfer = Begin(session, new byte[2 * Piece], stop: stop.Token);
        await _transport.WaitUntilHeldAsync();
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => transfer.Completion.Within());
        Assert.True(_transport.Aborted);
        Assert.Equal(CloseReason.LocalClosed, session.CloseReason);
    }

    [Fact]
    public async Task A_file_that_is_stopped_before_it_begins_leaves_the_session_alone()
    {
        using CancellationTokenSource stop = new();
        ChatSession session = Open();
        _transport.HoldSends();
        FileTransfer first = Begin(session, "first"u8.ToArray());
        await _transport.WaitUntilHeldAsync();
        FileTransfer second = Begin(session, "second"u8.ToArray(), stop: stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second.Completion.Within());
        _transport.LetSends();
        await first.Completion.Within();
        await session.SendAsync("more").Within();

        Assert.Equal("first\nmore\n", _transport.SentText);
    }

    [Fact]
    public async Task A_peer_that_goes_in_the_middle_is_told_with_how_far_it_came()
    {
        ChatSession session = Open(new SessionOptions { Framing = new RawFraming() });
        _transport.HoldSends();
        FileTransfer transfer = Begin(session, new byte[3 * Piece]);
        await _transport.WaitUntilHeldAsync();
        _transport.LetOneSend();
        await _transport.WaitUntilAsync(static t => t.Sent.Length == Piece);
        await _transport.WaitUntilHeldAsync();
        _transport.FailSends(new SocketException((int)SocketError.ConnectionReset));

        ChatException e = await Assert.ThrowsAsync<ChatException>(() => transfer.Completion.Within());
        Assert.Equal(ChatErrorCode.TransferIncomplete, e.Code);
        Assert.Same(transfer, e.Transfer);
        Assert.Equal(Piece, transfer.Length);
        Assert.Contains($"{Piece} of {3 * Piece} bytes", e.Message, StringComparison.Ordinal);
        Assert.Contains("PeerReset", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_session_that_is_over_is_said_to_be()
    {
        ChatSession session = Open();
        session.Abort();

        ChatException e = await Assert.ThrowsAsync<ChatException>(() => Begin(session, [1]).Completion.Within());
        Assert.Equal(ChatErrorCode.SessionClosed, e.Code);
    }

    [Fact]
    public async Task A_peer_that_takes_nothing_for_too_long_ends_it()
    {
        ManualTimeProvider time = new();
        ChatSession session = Open(new SessionOptions { TimeProvider = time });
        _transport.HoldSends();
        FileTransfer transfer = Begin(session, new byte[2 * Piece], new FileTransferLimits { Stall = TimeSpan.FromSeconds(7) });
        await _transport.WaitUntilHeldAsync();
        time.Advance(TimeSpan.FromSeconds(6));
        _transport.LetOneSend();
        await _transport.WaitUntilAsync(static t => t.Sent.Length == Piece);
        await _transport.WaitUntilHeldAsync();
        await time.WaitForTimerAsync(TimeSpan.FromSeconds(7));
        Assert.False(transfer.Completion.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(7));

        ChatException e = await Assert.ThrowsAsync<ChatException>(() => transfer.Completion.Within());
        Assert.Equal(ChatErrorCode.TransferTimeout, e.Code);
        Assert.True(_transport.Aborted);
    }

    [Fact]
    public async Task The_whole_time_can_be_limited_too()
    {
        ManualTimeProvider time = new();
        ChatSession session = Open(new SessionOptions { TimeProvider = time });
        _transport.HoldSends();
        FileTransfer transfer = Begin(session, [1], new FileTransferLimits { Time = TimeSpan.FromSeconds(3) });
        await _transport.WaitUntilHeldAsync();
        time.Advance(TimeSpan.FromSeconds(3));

        ChatException e = await Assert.ThrowsAsync<ChatException>(() => transfer.Completion.Within());
        Assert.Equal(ChatErrorCode.TransferTimeout, e.Code);
        Assert.Equal(TimeSpan.FromSeconds(3), transfer.Duration);
    }

    [Fact]
    public async Task The_peers_half_close_does_not_cut_a_file_short()
    {
        ChatSession session = Open(new SessionOptions { HalfCloseTimeout = TimeSpan.Zero });
        _transport.HoldSends();
        FileTransfer transfer = Begin(session, new byte[2 * Piece]);
        await _transport.WaitUntilHeldAsync();
        _transport.FeedEnd();
        await session.WaitForStateAsync(ChatSessionState.HalfClosed).Within();
        _transport.LetSends();

        await transfer.Completion.Within();
        await session.WaitForCloseAsync().Within();
        Assert.Equal((2 * Piece) + 1, _transport.Sent.Length);
        Assert.Equal(CloseReason.PeerClosed, session.CloseReason);
    }

    [Fact]
    public async Task Several_sessions_read_one_file_each_at_its_own_speed()
    {
        using FakeTransport slow = new();
        slow.HoldSends();
        byte[] content = new byte[(2 * Piece) + 1];
        content[Piece] = 7;
        using FileToSend file = FileToSend.Open(_folder.Write("file", content));
        SessionOptions options = new() { Framing = new RawFraming() };
        FileTransfer late = FileTransfer.Send(TestSession.Start(slow, options), file, new FileTransferLimits(), TestContext.Current.CancellationToken);
        await slow.WaitUntilHeldAsync();
        await FileTransfer.Send(Open(options), file, new FileTransferLimits(), TestContext.Current.CancellationToken).Completion.Within();
        Assert.False(late.Completion.IsCompleted);
        slow.LetSends();
        await late.Completion.Within();

        Assert.Equal(content, _transport.Sent);
        Assert.Equal(content, slow.Sent);
    }

    [Fact]
    public void What_is_no_file_is_told_as_what_it_is()
    {
        Assert.Equal(ChatErrorCode.FileNotFound, Assert.Throws<ChatException>(() => FileToSend.Open(_folder["no such file"])).Code);
        Assert.Equal(ChatErrorCode.FileNotFound, Assert.Throws<ChatException>(() => FileToSend.Open(_folder["no/such"])).Code);
        Assert.Equal(ChatErrorCode.PathIsFolder, Assert.Throws<ChatException>(() => FileToSend.Open(_folder[string.Empty])).Code);
    }

    public void Dispose()
    {
        _transport.Dispose();
        _folder.Dispose();
    }

    private ChatSession Open(SessionOptions? options = null) => TestSession.Start(_transport, options);

    private FileTransfer Begin(ChatSession session, byte[] content, FileTransferLimits? limits = null, CancellationToken stop = default)
    {
        FileToSend file = FileToSend.Open(_folder.Write(Path.GetRandomFileName(), content));
        FileTransfer transfer = FileTransfer.Send(session, file, limits ?? new FileTransferLimits(), stop);
        _ = transfer.Completion.ContinueWith(_ => file.Dispose(), TaskScheduler.Default);
        return transfer;
    }

    private async Task<FileTransfer> SendAsync(ChatSession session, byte[] content)
    {
        FileTransfer transfer = Begin(session, content);
        await transfer.Completion.Within();
        return transfer;
    }
}
