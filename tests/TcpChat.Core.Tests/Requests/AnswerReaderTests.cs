using System.Net.Sockets;
using System.Text;
using TcpChat.Errors;
using TcpChat.Requests;
using TcpChat.Sessions;

namespace TcpChat.Core.Tests.Requests;

/// <summary>Where an answer ends, and what is an answer without an end.</summary>
public sealed class AnswerReaderTests
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(2);

    private readonly FakeTransport _transport = new();
    private readonly ManualTimeProvider _clock = new();

    [Fact]
    public async Task An_answer_of_so_many_messages_ends_with_the_last_and_takes_no_more()
    {
        ChatSession session = Start();
        AnswerReader reader = new(session, new AnswerEnd(2));
        await _transport.FeedAsync("a\nb\nc\n"u8.ToArray());

        Assert.Equal(["a", "b"], await ReadAsync(reader));

        Assert.Equal(2, reader.Count);
        Assert.Equal(1, session.InboxLength);
    }

    [Fact]
    public async Task The_first_message_is_waited_for_however_long_it_takes()
    {
        AnswerReader reader = new(Start(), new AnswerEnd(int.MaxValue, s_pause));
        Task<ChatMessage?> next = reader.NextAsync();

        _clock.Advance(TimeSpan.FromHours(1));
        Assert.False(next.IsCompleted);
        await _transport.FeedAsync("a\n"u8.ToArray());

        Assert.Equal("a", (await next.Within())?.Text);
    }

    [Fact]
    public async Task A_pause_after_a_message_ends_the_answer()
    {
        AnswerReader reader = new(Start(), new AnswerEnd(int.MaxValue, s_pause));
        await _transport.FeedAsync("a\n"u8.ToArray());
        Assert.Equal("a", (await reader.NextAsync().Within())?.Text);
        Task<ChatMessage?> next = reader.NextAsync();
        await _clock.WaitForTimerAsync(s_pause);
        _clock.Advance(s_pause - TimeSpan.FromTicks(1));
        Assert.False(next.IsCompleted);

        _clock.Advance(TimeSpan.FromTicks(1));

        Assert.Null(await next.Within());
    }

    [Fact]
    public async Task A_part_of_a_message_is_no_pause()
    {
        AnswerReader reader = new(Start(), new AnswerEnd(int.MaxValue, s_pause));
        await _transport.FeedAsync("a\n"u8.ToArray());
        Assert.Equal("a", (await reader.NextAsync().Within())?.Text);
        Task<ChatMessage?> next = reader.NextAsync();
        await _clock.WaitForTimerAsync(s_pause);
        _clock.Advance(s_pause / 2);
        await _transport.FeedAsync("lo"u8.ToArray());
        await _clock.WaitForTimerAsync(s_pause);
        _clock.Advance(s_pause / 2);
        Assert.False(next.IsCompleted);

        await _transport.FeedAsync("ng\n"u8.ToArray());

        Assert.Equal("long", (await next.Within())?.Text);
    }

    [Fact]
    public async Task So_many_messages_end_an_answer_before_a_pause_does()
    {
        AnswerReader reader = new(Start(), new AnswerEnd(2, s_pause));
        await _transport.FeedAsync("a\nb\nc\n"u8.ToArray());

        Assert.Equal(["a", "b"], await ReadAsync(reader));
    }

    [Fact]
    public async Task The_peers_closing_ends_an_answer_that_a_pause_would_end()
    {
        ChatSession session = Start();
        _transport.Feed("a\nb\nrest");
        _transport.FeedEnd();

        Assert.Equal(["a", "b", "rest"], await ReadAsync(new AnswerReader(session, new AnswerEnd(int.MaxValue, s_pause))));
    }

    [Fact]
    public async Task A_close_before_the_last_of_so_many_messages_is_an_error_that_counts_them()
    {
        ChatSession session = Start();
        AnswerReader reader = new(session, new AnswerEnd(3));
        _transport.Feed("a\nb\n");
        _transport.FeedEnd();
        Assert.Equal("a", (await reader.NextAsync().Within())?.Text);
        Assert.Equal("b", (await reader.NextAsync().Within())?.Text);

        ChatException e = await Assert.ThrowsAsync<ChatException>(() => reader.NextAsync().Within());

        Assert.Equal(ChatErrorCode.SessionClosed, e.Code);
        Assert.Contains("2 of 3", e.Message, StringComparison.Ordinal);
        Assert.Contains("PeerClosed", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_close_before_any_answer_is_an_error_also_where_a_pause_would_end_it()
    {
        ChatSession session = Start();
        _transport.FeedEnd();

        ChatException e = await Assert.ThrowsAsync<ChatException>(
            () => new AnswerReader(session, new AnswerEnd(int.MaxValue, s_pause)).NextAsync().Within());

        Assert.Equal(ChatErrorCode.SessionClosed, e.Code);
    }

    [Fact]
    public async Task A_reset_in_the_middle_is_an_error_also_where_a_pause_would_end_it()
    {
        ChatSession session = Start();
        AnswerReader reader = new(session, new AnswerEnd(int.MaxValue, s_pause));
        _transport.Feed("a\n");
        _transport.FeedFault(new SocketException((int)SocketError.ConnectionReset));
        Assert.Equal("a", (await reader.NextAsync().Within())?.Text);

        ChatException e = await Assert.ThrowsAsync<ChatException>(() => reader.NextAsync().Within());

        Assert.Equal(ChatErrorCode.SessionClosed, e.Code);
        Assert.Contains("PeerReset", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_message_that_is_too_large_is_told_as_such()
    {
        ChatSession session = Start(new SessionOptions { MaximumMessageSize = 4 });
        _transport.Feed("0123456789\n");

        ChatException e = await Assert.ThrowsAsync<ChatException>(() => new AnswerReader(session, new AnswerEnd()).NextAsync().Within());

        Assert.Equal(ChatErrorCode.MessageTooLarge, e.Code);
    }

    [Fact]
    public async Task Cancelling_takes_nothing()
    {
        ChatSession session = Start();
        using CancellationTokenSource cancel = new();
        Task<ChatMessage?> next = new AnswerReader(session, new AnswerEnd()).NextAsync(cancel.Token);

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next.Within());
        await _transport.FeedAsync("a\n"u8.ToArray());
        Assert.Equal("a", (await session.ReceiveAsync().Within())?.Text);
    }

    [Fact]
    public async Task The_whole_answer_can_be_waited_for_without_taking_it()
    {
        ChatSession session = Start();
        AnswerReader reader = new(session, new AnswerEnd(3));
        Task wait = reader.WaitForAllAsync();
        await _transport.FeedAsync("a\nb\n"u8.ToArray());
        Assert.False(wait.IsCompleted);
        await _transport.FeedAsync("c\nd\n"u8.ToArray());

        await wait.Within();

        Assert.Equal(3, reader.Count);
        Assert.Equal(4, session.InboxLength);
    }

    [Fact]
    public async Task A_whole_answer_that_a_pause_ends_can_be_waited_for_without_taking_it()
    {
        ChatSession session = Start();
        AnswerReader reader = new(session, new AnswerEnd(int.MaxValue, s_pause));
        Task wait = reader.WaitForAllAsync();
        await _transport.FeedAsync("a\nb\n"u8.ToArray());
        await _clock.WaitForTimerAsync(s_pause);

        _clock.Advance(s_pause);

        await wait.Within();
        Assert.Equal(2, reader.Count);
        Assert.Equal(2, session.InboxLength);
    }

    [Fact]
    public async Task A_whole_answer_for_which_the_inbox_has_no_room_is_an_error_and_no_endless_wait()
    {
        ChatSession session = Start(new SessionOptions { InboxLimit = 2 });
        AnswerReader reader = new(session, new AnswerEnd(3));
        _transport.Feed("a\nb\nc\n");

        ChatException e = await Assert.ThrowsAsync<ChatException>(() => reader.WaitForAllAsync().Within());

        Assert.Equal(ChatErrorCode.InboxFull, e.Code);
        Assert.Equal(2, reader.Count);
        Assert.Equal("a", (await session.ReceiveAsync().Within())?.Text);
    }

    [Fact]
    public async Task A_timeout_says_what_came_and_asks_for_the_framing_where_no_message_has_ended()
    {
        AnswerReader reader = new(Start(), new AnswerEnd());
        Assert.Contains("No answer", reader.TimedOut(s_pause).Message, StringComparison.Ordinal);
        await _transport.FeedAsync(Encoding.UTF8.GetBytes("no line end"));

        ChatException e = reader.TimedOut(s_pause);

        Assert.Equal(ChatErrorCode.ReceiveTimeout, e.Code);
        Assert.Contains("11 bytes came", e.Message, StringComparison.Ordinal);
    }

    private ChatSession Start(SessionOptions? options = null) =>
        TestSession.Start(_transport, (options ?? new SessionOptions()) with { TimeProvider = _clock });

    private static async Task<List<string>> ReadAsync(AnswerReader reader)
    {
        List<string> texts = [];
        while (await reader.NextAsync().Within() is { } message)
        {
            texts.Add(message.Text);
        }

        return texts;
    }
}
