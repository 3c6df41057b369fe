using System.Net.Sockets;
using System.Text;
using TcpChat.Clients;
using TcpChat.Errors;
using TcpChat.Files;
using TcpChat.Framing;
using TcpChat.Sessions;

namespace TcpChat.Core.Tests.Files;

public sealed class FileReceiverTests : IDisposable
{
    private readonly FakeTransport _transport = new();
    private readonly TestFolder _folder = new();

    public static TheoryData<MessageFraming, string, string> Wires => new()
    {
        { new RawFraming(), "a\r\nb", "a\r\nb" },
        { new RawFraming(), "", "" },
        { new LineFraming(), "a\r\nb", "a\nb\n" },
        { new LineFraming(null, LineEnding.CrLf), "a\nb\r\n", "a\r\nb\r\n" },
        { new DelimiterFraming(";"u8), "a;b", "a;b;" },
        { new LengthPrefixedFraming(), "\0\0\0\u0003abc\0\0\0\u0001d\0\0\0\0", "abcd" },
        { new LengthPrefixedFraming(), "\0\0\0\0", "" },
    };

    [Theory]
    [MemberData(nameof(Wires))]
    public async Task A_file_is_what_came_until_the_peer_ended(MessageFraming framing, string wire, string content)
    {
        ChatSession session = Open(new SessionOptions { Framing = framing });
        _transport.Feed(Encoding.Latin1.GetBytes(wire));
        _transport.FeedEnd();
        FileTransfer transfer = Receive(session);
        await transfer.Completion.Within();

        Assert.Equal(content, ReadFile());
        Assert.Equal(content.Length, transfer.Length);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(0)]
    public async Task What_is_more_than_the_length_stays_exactly(int length)
    {
        ChatSession session = Open(new SessionOptions { Framing = new RawFraming() });
        _transport.Feed("012345");
        await Bounded.EventuallyAsync(() => session.InboxLength == 1);
        _transport.Feed("6789");
        await Receive(session, new ReceiveFileOptions { Length = length }).Completion.Within();
        _transport.FeedEnd();

        Assert.Equal("0123456789"[..length], ReadFile());
        Assert.Equal("0123456789"[length..], string.Concat(await session.ReadToEndAsync()));
    }

    [Fact]
    public async Task A_character_that_the_file_ends_in_is_not_in_the_text_that_stays()
    {
        ChatSession session = Open(new SessionOptions { Framing = new RawFraming() });
        _transport.Feed("\u00E9\u00E8"u8.ToArray());
        await Receive(session, new ReceiveFileOptions { Length = 2 }).Completion.Within();
        ChatMessage? rest = await session.ReceiveAsync().Within();

        Assert.Equal("\u00E8", rest!.Text);
        Assert.Equal(1, rest.Sequence);
    }

    [Fact]
    public async Task The_session_goes_on_after_the_empty_frame()
    {
        ChatSession session = Open(new SessionOptions { Framing = new LengthPrefixedFraming() });
        _transport.Feed("\0\0\0\u0001a\0\0\0\0\0\0\0\u0001b");
        await Receive(session).Completion.Within();

        Assert.Equal("a", ReadFile());
        Assert.Equal("b", (await session.ReceiveAsync().Within())!.Text);
    }

    [Fact]
    public async Task So_many_messages_are_a_file()
    {
        ChatSession session = Open();
        _transport.Feed("a\nb\nc\n");
        await Receive(session, new ReceiveFileOptions { Count = 2 }).Completion.Within();

        Assert.Equal("a\nb\n", ReadFile());
        Assert.Equal("c", (await session.ReceiveAsync().Within())!.Text);
    }

    [Theory]
    [InlineData(FramingKind.Raw, null, true)]
    [InlineData(FramingKind.Raw, 9L, false)]
    [InlineData(FramingKind.LengthPrefixed, null, false)]
    public async Task An_end_in_the_middle_is_an_error_and_what_came_is_in_the_file(FramingKind framing, long? length, bool reset)
    {
        ChatSession session = Open(new SessionOptions { Framing = framing == FramingKind.Raw ? new RawFraming() : new LengthPrefixedFraming() });
        _transport.Feed(framing == FramingKind.Raw ? "abc" : "\0\0\0\u0003abc");
        FileTransfer transfer = Receive(session, new ReceiveFileOptions { Length = length });
        await Bounded.EventuallyAsync(() => transfer.Length == 3);
        if (reset)
        {
            _transport.FeedFault(new SocketException((int)SocketError.ConnectionReset));
        }
        else
        {
            _transport.FeedEnd();
        }

        ChatException e = await Assert.ThrowsAsync<ChatException>(() => transfer.Completion.Within());
        Assert.Equal(ChatErrorCode.TransferIncomplete, e.Code);
        Assert.Same(transfer, e.Transfer);
        Assert.Equal("abc", ReadFile());
        Assert.Contains(reset ? "PeerReset" : "PeerClosed", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stop_leaves_what_came_in_the_file_and_what_comes_in_the_inbox()
    {
        using CancellationTokenSource stop = new();
        ChatSession session = Open(new SessionOptions { Framing = new RawFraming() });
        _transport.Feed("abc");
        FileTransfer transfer = Receive(session, stop: stop.Token);
        await Bounded.EventuallyAsync(() => transfer.Length == 3);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => transfer.Completion.Within());
        _transport.Feed("def");

        Assert.Equal("abc", ReadFile());
        Assert.Equal("def", (await session.ReceiveAsync().Within())!.Text);
        Assert.Equal(ChatSessionState.Open, session.State);
    }

    [Fact]
    public async Task A_peer_that_sends_nothing_for_too_long_ends_it()
    {
        ManualTimeProvider time = new();
        ChatSession session = Open(new SessionOptions { TimeProvider = time });
        FileTransfer transfer = Receive(session, limits: new FileTransferLimits { Stall = TimeSpan.FromSeconds(7) });
        await time.WaitForTimerAsync(TimeSpan.FromSeconds(7));
        time.Advance(TimeSpan.FromSeconds(4));
        _transport.Feed("a\n");
        await time.WaitForTimerAsync(TimeSpan.FromSeconds(7));
        time.Advance(TimeSpan.FromSeconds(6));
        Assert.False(transfer.Completion.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));

        ChatException e = await Assert.ThrowsAsync<ChatException>(() => transfer.Completion.Within());
        Assert.Equal(ChatErrorCode.TransferTimeout, e.Code);
        Assert.Equal("a\n", ReadFile());
    }

    [Fact]
    public async Task No_time_at_all_is_enough_for_what_is_there()
    {
        ChatSession session = Open();
        _transport.Feed("a\nb\n");
        await Bounded.EventuallyAsync(() => session.InboxLength == 2);

        await Receive(session, new ReceiveFileOptions { Count = 2 }, new FileTransferLimits { Time = TimeSpan.Zero }).Completion.Within();

        Assert.Equal("a\nb\n", ReadFile());
    }

    [Fact]
    public async Task A_file_that_is_there_is_kept_unless_it_may_go()
    {
        ChatSession session = Open(new SessionOptions { Framing = new RawFraming() });
        _folder.Write("file", "old and long"u8.ToArray());
        _transport.Feed("new");
        ChatException e = await Assert.ThrowsAsync<ChatException>(() => Receive(session, new ReceiveFileOptions { Length = 3 }).Completion.Within());
        Assert.Equal(ChatErrorCode.FileExists, e.Code);
        Assert.Equal("old and long", ReadFile());

        await Receive(session, new ReceiveFileOptions { Length = 3, Overwrite = true }).Completion.Within();
        Assert.Equal("new", ReadFile());
    }

    [Fact]
    public async Task Where_no_file_can_be_nothing_is_taken()
    {
        ChatSession session = Open();
        _transport.Feed("a\n");
        Assert.Equal(ChatErrorCode.FileNotFound, await ErrorAt(_folder["no/such"]));
        Assert.Equal(ChatErrorCode.PathIsFolder, await ErrorAt(_folder[string.Empty]));

        Assert.Equal("a", (await session.ReceiveAsync().Within())!.Text);

        async Task<ChatErrorCode> ErrorAt(string path)
        {
            FileTransfer transfer = FileTransfer.Receive(session, path, new ReceiveFileOptions(), new FileTransferLimits(), TestContext.Current.CancellationToken);
            return (await Assert.ThrowsAsync<ChatException>(() => transfer.Completion.Within())).Code;
        }
    }

    [Fact]
    public async Task What_comes_by_another_connection_is_no_part_of_the_file()
    {
        FakeDialer dialer = new();
        FakeTransport second = dialer.Ready();
        SessionOptions options = new() { Framing = new LengthPrefixedFraming() };
        using ChatSession session = new(
            _transport, options, "fake", static s => new InboxSink(s), reconnector: dialer.With(new ReconnectPolicy(), options.TimeProvider, random: 0));
        session.Start();
        _transport.Feed("\0\0\0\u0003abc");
        FileTransfer transfer = Receive(session);
        await Bounded.EventuallyAsync(() => transfer.Length == 3);
        _transport.FeedEnd();
        second.Feed("\0\0\0\u0003def");

        ChatException e = await Assert.ThrowsAsync<ChatException>(() => transfer.Completion.Within());

        Assert.Equal(ChatErrorCode.TransferIncomplete, e.Code);
        Assert.Equal("abc", ReadFile());
        Assert.Equal("def", (await session.ReceiveAsync().Within())!.Text);
    }

    [Fact]
    public async Task What_a_full_disk_refuses_stays_in_the_inbox()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "The system has no device that is always full.");
        ChatSession session = Open(new SessionOptions { Framing = new RawFraming() });
        _transport.Feed("abcdef");
        FileTransfer transfer = FileTransfer.Receive(
            session, "/dev/full", new ReceiveFileOptions { Length = 4, Overwrite = true }, new FileTransferLimits(), TestContext.Current.CancellationToken);

        ChatException e = await Assert.ThrowsAsync<ChatException>(() => transfer.Completion.Within());
        Assert.Equal(ChatErrorCode.DiskFull, e.Code);
        Assert.Equal("abcdef", (await session.ReceiveAsync().Within())!.Text);
    }

    public void Dispose()
    {
        _transport.Dispose();
        _folder.Dispose();
    }

    private ChatSession Open(SessionOptions? options = null) => TestSession.Start(_transport, options);

    private FileTransfer Receive(
        ChatSession session, ReceiveFileOptions? options = null, FileTransferLimits? limits = null, CancellationToken stop = default) =>
        FileTransfer.Receive(session, _folder["file"], options ?? new ReceiveFileOptions(), limits ?? new FileTransferLimits(), stop);

    private string ReadFile() => Encoding.Latin1.GetString(File.ReadAllBytes(_folder["file"]));
}
