using System.Net.Sockets;
using System.Text;
using TcpChat.Errors;
using TcpChat.Framing;
using TcpChat.Patterns;
using TcpChat.Sessions;

namespace TcpChat.Core.Tests.Patterns;

/// <summary>Waiting for a pattern takes exactly what it says, however the bytes come, and loses nothing when it ends without.</summary>
public sealed class PatternWaitTests
{
    private readonly FakeTransport _transport = new();

    public static TheoryData<string> Framings => ["Line", "Raw", "Delimiter"];

    [Theory]
    [MemberData(nameof(Framings))]
    public async Task Bytes_that_come_one_by_one_match_as_if_they_had_come_at_once(string framing)
    {
        ChatSession session = Start(Of(framing));
        Task<PatternMatch> wait = WaitAsync(session, "login: ");

        foreach (byte b in Encoding.UTF8.GetBytes($"Grüß Gott 🙂{End(framing)}login: "))
        {
            await _transport.FeedAsync([b]);
        }

        PatternMatch match = await wait.Within();
        Assert.Equal("login: ", match.Match);
        Assert.Equal($"Grüß Gott 🙂{(framing == "Raw" ? End(framing) : "\n")}", match.Before);
        Assert.Same(session, match.Session);
        Assert.Equal("", session.PeekText());
    }

    [Fact]
    public async Task A_match_over_two_reads_is_found()
    {
        ChatSession session = Start();
        Task<PatternMatch> wait = WaitAsync(session, "pass(word)?: ");
        await _transport.FeedAsync("pass"u8.ToArray());
        Assert.False(wait.IsCompleted);

        await _transport.FeedAsync("word: "u8.ToArray());

        Assert.Equal("password: ", (await wait.Within()).Match);
    }

    [Fact]
    public async Task Of_several_patterns_the_match_that_begins_first_counts()
    {
        ChatSession session = Start();
        await _transport.FeedAsync("one two three\n"u8.ToArray());

        PatternMatch match = await WaitAsync(session, "three", "two", "t").Within();

        Assert.Equal("two", match.Match);
        Assert.Equal("two", match.Pattern);
        Assert.Equal("one ", match.Before);
        Assert.Equal("one two", match.Text);
        Assert.Equal(" three", (await session.ReceiveAsync().Within())!.Text);
    }

    [Fact]
    public async Task Groups_are_had_by_number_and_name_without_those_that_took_no_part()
    {
        ChatSession session = Start();
        await _transport.FeedAsync("250 OK here\n"u8.ToArray());

        PatternMatch match = await WaitAsync(session, @"^(?<Code>\d{3})(-)? (\w+)").Within();

        Assert.Equal("250", match.Groups["code"]);
        Assert.Equal("250 OK", match.Groups[0]);
        Assert.Equal("OK", match.Groups[2]);
        Assert.Equal(3, match.Groups.Count);
    }

    [Theory]
    [InlineData("a\nb\nc\n", "b", "c")]
    [InlineData("a\nb\nc\n", "b\\n", "c")]
    [InlineData("a\nb rest\nc\n", "b", " rest|c")]
    [InlineData("a\nb\nc\n", "a\\nb", "c")]
    [InlineData("a\n\n\nc\n", "a\\n", "||c")]
    [InlineData("a\n\n\nc\n", "a\\n\\n", "|c")]
    [InlineData("é🙂x\n", "é", "🙂x")]
    [InlineData("é🙂x\n", "🙂", "x")]
    [InlineData("a\nb\n", "^", "a|b")]
    public async Task What_lies_behind_the_match_is_the_next_to_be_had(string received, string pattern, string left)
    {
        ChatSession session = Start();
        _transport.Feed(received);
        _transport.FeedEnd();
        await session.WaitForStateAsync(ChatSessionState.HalfClosed).Within();

        _ = await WaitAsync(session, pattern).Within();

        Assert.Equal(left, string.Join('|', await session.ReadToEndAsync()));
    }

    [Theory]
    [InlineData("login: ", "\n", "next")]
    [InlineData("login: ", "\r\n", "next")]
    [InlineData("login:", "\n", " |next")]
    public async Task A_message_of_which_nothing_is_left_is_gone_when_its_end_comes(string pattern, string rest, string left)
    {
        ChatSession session = Start();
        await _transport.FeedAsync("login: "u8.ToArray());
        _ = await WaitAsync(session, pattern).Within();

        _transport.Feed(rest + "next\n");
        _transport.FeedEnd();

        Assert.Equal(left, string.Join('|', await session.ReadToEndAsync()));
    }

    [Fact]
    public async Task What_is_left_of_a_message_keeps_its_bytes_its_number_and_its_place()
    {
        ChatSession session = Start();
        await _transport.FeedAsync("first\nkey=wärme\nlast\n"u8.ToArray());
        _ = await WaitAsync(session, "key=w").Within();

        ChatMessage rest = (await session.ReceiveAsync().Within())!;

        Assert.Equal("ärme", rest.Text);
        Assert.Equal("ärme"u8.ToArray(), rest.Bytes);
        Assert.Equal(2, rest.Sequence);
        Assert.Equal("last", (await session.ReceiveAsync().Within())!.Text);
        Assert.Equal(3, session.MessagesReceived);
    }

    [Fact]
    public async Task The_end_of_a_line_is_certain_before_it_is_looked_at()
    {
        ChatSession session = Start();
        await _transport.FeedAsync("done\r"u8.ToArray());
        Assert.Equal("done", session.PeekText());

        await _transport.FeedAsync("\n"u8.ToArray());
        Assert.Equal("done\n", session.PeekText());
    }

    [Fact]
    public async Task The_beginning_of_a_delimiter_is_not_looked_at()
    {
        ChatSession session = Start(new DelimiterFraming("<end>"u8));
        await _transport.FeedAsync("text<en"u8.ToArray());
        Assert.Equal("text", session.PeekText());

        await _transport.FeedAsync("!"u8.ToArray());
        Assert.Equal("text<en!", session.PeekText());
    }

    [Fact]
    public async Task Half_of_a_message_with_a_length_is_nothing_yet()
    {
        ChatSession session = Start(new LengthPrefixedFraming());
        await _transport.FeedAsync([0, 0, 0, 4, (byte)'l', (byte)'o', (byte)'n']);
        Assert.Equal("", session.PeekText());

        await _transport.FeedAsync("g"u8.ToArray());
        Assert.Equal("long\n", session.PeekText());
    }

    [Fact]
    public async Task Whole_messages_only_means_that_no_match_ends_in_one_that_is_still_coming()
    {
        ChatSession session = Start();
        await _transport.FeedAsync("250 o"u8.ToArray());
        Assert.Null(session.TryFind(new PatternSet(["^250 .*$"], new PatternOptions { WholeMessages = true })));
        Assert.NotNull(session.TryFind(new PatternSet(["^250 .*$"])));

        await _transport.FeedAsync("k\n"u8.ToArray());
        Assert.NotNull(session.TryFind(new PatternSet(["^250 ok$"], new PatternOptions { WholeMessages = true })));
    }

    [Theory]
    [InlineData("a.c", false, "xa.c", "a.c")]
    [InlineData("A.C", false, "abc a.c", "a.c")]
    [InlineData("A.C", true, "a.c A.C", "A.C")]
    public async Task Plain_text_is_no_regular_expression(string pattern, bool caseSensitive, string received, string found)
    {
        ChatSession session = Start();
        await _transport.FeedAsync(Encoding.UTF8.GetBytes(received));

        PatternFinding? finding = session.TryFind(new PatternSet([pattern], new PatternOptions { SimpleMatch = true, CaseSensitive = caseSensitive }));

        Assert.NotNull(finding);
        Assert.True(session.TryTake(finding, out PatternMatch? match));
        Assert.Equal(found, match.Match);
    }

    [Fact]
    public async Task A_pattern_that_never_comes_to_an_end_is_given_up_and_nothing_is_lost()
    {
        ChatSession session = Start();
        await _transport.FeedAsync(Encoding.UTF8.GetBytes(new string('a', 60) + "!\n"));
        PatternSet catastrophic = new(["^(a+)+$"], new PatternOptions { MatchTimeout = TimeSpan.FromMilliseconds(20) });

        ChatException e = await Assert.ThrowsAsync<ChatException>(() => session.FindAsync(catastrophic).Within());

        Assert.Equal(ChatErrorCode.PatternTooSlow, e.Code);
        Assert.Equal(new string('a', 60) + "!", (await session.ReceiveAsync().Within())!.Text);
    }

    [Fact]
    public void A_pattern_that_is_no_regular_expression_is_refused()
    {
        Assert.Equal(ChatErrorCode.InvalidPattern, Assert.Throws<ChatException>(static () => new PatternSet(["("])).Code);
        Assert.Equal(ChatErrorCode.InvalidPattern, Assert.Throws<ChatException>(static () => new PatternSet([])).Code);
    }

    [Fact]
    public async Task A_silent_peer_leaves_the_wait_to_its_token_and_what_came_to_the_next()
    {
        ChatSession session = Start();
        await _transport.FeedAsync("whole\nhalf"u8.ToArray());
        using CancellationTokenSource stop = new();
        Task<PatternFinding> wait = session.FindAsync(new PatternSet(["nothing"]), stop.Token);

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait.Within());
        Assert.Equal("whole\nhalf", session.PeekText());
        Assert.Equal("whole", (await session.ReceiveAsync().Within())!.Text);
        Assert.Equal("half", (await WaitAsync(session, "half").Within()).Match);
    }

    [Fact]
    public async Task A_peer_that_closes_in_the_middle_ends_the_wait_and_what_came_is_told_and_kept()
    {
        ChatSession session = Start();
        Task<PatternMatch> wait = WaitAsync(session, "never");
        await _transport.FeedAsync("whole\nhalf"u8.ToArray());
        _transport.FeedEnd();

        ChatException e = await Assert.ThrowsAsync<ChatException>(() => wait.Within());

        Assert.Equal(ChatErrorCode.SessionClosed, e.Code);
        Assert.Equal("whole\nhalf\n", e.Received);
        Assert.Equal(["whole", "half"], await session.ReadToEndAsync());
    }

    [Fact]
    public async Task A_reset_tells_what_was_seen_of_the_unfinished_message_too()
    {
        ChatSession session = Start();
        Task<PatternMatch> wait = WaitAsync(session, "never");
        await _transport.FeedAsync("whole\nhalf"u8.ToArray());
        await Bounded.EventuallyAsync(() => session.PeekText() == "whole\nhalf");
        _transport.FeedFault(new SocketException((int)SocketError.ConnectionReset));

        ChatException e = await Assert.ThrowsAsync<ChatException>(() => wait.Within());

        Assert.Equal(ChatErrorCode.SessionClosed, e.Code);
        Assert.StartsWith("whole\n", e.Received, StringComparison.Ordinal);
        Assert.Equal(["whole"], await session.ReadToEndAsync());
    }

    [Fact]
    public async Task What_matches_in_the_last_words_of_a_peer_is_found()
    {
        ChatSession session = Start();
        Task<PatternMatch> wait = WaitAsync(session, "bye");
        _transport.Feed("good bye");
        _transport.FeedEnd();

        Assert.Equal("bye", (await wait.Within()).Match);
    }

    [Fact]
    public async Task A_full_inbox_ends_the_wait_instead_of_waiting_for_what_is_not_read()
    {
        ChatSession session = TestSession.Start(_transport, new SessionOptions { InboxLimit = 4 });
        _transport.Feed("1\n2\n3\n4\n5\nwanted\n");

        ChatException e = await Assert.ThrowsAsync<ChatException>(() => session.FindAsync(new PatternSet(["wanted"])).Within());

        Assert.Equal(ChatErrorCode.InboxFull, e.Code);
        Assert.Equal("1\n2\n3\n4\n", e.Received);
        for (int i = 1; i <= 3; i++)
        {
            Assert.Equal($"{i}", (await session.ReceiveAsync().Within())!.Text);
        }

        Assert.Equal("4\n5\n", (await WaitAsync(session, "wanted").Within()).Before);
    }

    [Fact]
    public async Task What_somebody_else_has_taken_is_not_taken_again()
    {
        ChatSession session = Start();
        await _transport.FeedAsync("one\ntwo\n"u8.ToArray());
        PatternFinding finding = session.TryFind(new PatternSet(["one"]))!;
        _ = await session.ReceiveAsync().Within();

        Assert.False(session.TryTake(finding, out _));
        Assert.Equal("two\n", session.PeekText());
    }

    [Fact]
    public async Task A_finding_holds_when_the_message_has_become_whole_meanwhile()
    {
        ChatSession session = Start();
        await _transport.FeedAsync("name: "u8.ToArray());
        PatternFinding finding = session.TryFind(new PatternSet(["name"]))!;
        await _transport.FeedAsync("bob\nmore\n"u8.ToArray());

        Assert.True(session.TryTake(finding, out PatternMatch? match));
        Assert.Equal("name", match.Match);
        Assert.Equal(": bob\nmore\n", session.PeekText());
    }

    [Fact]
    public async Task The_same_finding_is_taken_once()
    {
        ChatSession session = Start();
        await _transport.FeedAsync("aaaa"u8.ToArray());
        PatternFinding finding = session.TryFind(new PatternSet(["a"]))!;

        Assert.True(session.TryTake(finding, out _));
        Assert.False(session.TryTake(finding, out _));
        Assert.Equal("aaa", session.PeekText());
    }

    [Theory]
    [InlineData("utf-16")]
    [InlineData("utf-32")]
    [InlineData("iso-8859-1")]
    public async Task Every_encoding_is_cut_between_its_characters(string encoding)
    {
        Encoding coding = Encoding.GetEncoding(encoding);
        ChatSession session = TestSession.Start(_transport, new SessionOptions { Encoding = coding, Framing = new LineFraming(coding) });
        await _transport.FeedAsync(coding.GetBytes("grün und blau\nzwei: "));

        Assert.Equal("grün", (await WaitAsync(session, "grün").Within()).Match);
        Assert.Equal(" und blau\nzwei: ", session.PeekText());
        Assert.Equal("zwei", (await WaitAsync(session, "zwei").Within()).Match);
        Assert.Equal(": ", session.PeekText());
    }

    [Fact]
    public async Task Bytes_that_are_no_text_are_cut_where_they_stand_in_it()
    {
        ChatSession session = Start();
        await _transport.FeedAsync([(byte)'a', 0xE2, 0x82, (byte)'b', 0xFF, (byte)'c', (byte)'\n']);

        _ = await WaitAsync(session, "a\uFFFDb\uFFFD").Within();

        Assert.Equal("c"u8.ToArray(), (await session.ReceiveAsync().Within())!.Bytes);
    }

    [Fact]
    public async Task A_character_cut_in_two_by_raw_pieces_is_matched_and_the_rest_is_right()
    {
        ChatSession session = Start(new RawFraming());
        byte[] text = "x🙂y"u8.ToArray();
        await _transport.FeedAsync(text[..3]);
        await _transport.FeedAsync(text[3..]);

        Assert.Equal("🙂", (await WaitAsync(session, "🙂").Within()).Match);

        Assert.Equal("y"u8.ToArray(), (await session.ReceiveAsync().Within())!.Bytes);
    }

    [Fact]
    public async Task Two_waits_at_once_share_what_comes_and_lose_none()
    {
        ChatSession session = Start();
        Task<PatternMatch> first = WaitAsync(session, @"#\d+\n");
        Task<PatternMatch> second = WaitAsync(session, @"#\d+\n");
        await _transport.FeedAsync("#1\n"u8.ToArray());
        await _transport.FeedAsync("#2\n"u8.ToArray());

        PatternMatch[] matches = await Task.WhenAll(first, second).Within();

        Assert.Equal(["#1\n", "#2\n"], matches.Select(static m => m.Text).Order());
    }

    [Fact]
    public async Task A_prompt_that_is_taken_makes_room_for_a_longer_line()
    {
        ChatSession session = TestSession.Start(_transport, new SessionOptions { MaximumMessageSize = 8 });
        await _transport.FeedAsync("prompt: "u8.ToArray());
        _ = await WaitAsync(session, ": ").Within();

        await _transport.FeedAsync("12345678\n"u8.ToArray());

        Assert.Equal("12345678", (await session.ReceiveAsync().Within())!.Text);
    }

    private static MessageFraming Of(string framing) => framing switch
    {
        "Raw" => new RawFraming(),
        "Delimiter" => new DelimiterFraming("\r\n--\r\n"u8),
        _ => new LineFraming(),
    };

    private static string End(string framing) => framing == "Delimiter" ? "\r\n--\r\n" : "\r\n";

    private static async Task<PatternMatch> WaitAsync(ChatSession session, params string[] patterns)
    {
        PatternSet set = new(patterns);
        PatternMatch? match;
        while (!session.TryTake(await session.FindAsync(set), out match))
        {
        }

        return match;
    }

    private ChatSession Start(MessageFraming? framing = null) =>
        TestSession.Start(_transport, new SessionOptions { Framing = framing ?? new LineFraming(), HalfCloseTimeout = TimeSpan.FromMinutes(1) });
}
