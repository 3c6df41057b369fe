using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using TcpChat.Errors;
using TcpChat.Files;
using TcpChat.Framing;
using TcpChat.Patterns;
using TcpChat.Sessions;
using TcpChat.Transcripts;

namespace TcpChat.Core.Tests.Transcripts;

public sealed class TranscriptTests : IAsyncDisposable
{
    private readonly FakeTransport _transport = new();
    private readonly TestFolder _folder = new();
    private readonly ManualTimeProvider _time = new();
    private readonly List<ChatSession> _sessions = [];

    private string FilePath => _folder["transcript.jsonl"];

    [Fact]
    public async Task A_conversation_is_written_down_in_its_order()
    {
        ChatSession session = Open();
        _transport.Feed("question\n\n");
        await session.ReceiveAsync().Within();
        await session.ReceiveAsync().Within();
        await session.SendAsync("two\nlines").Within();
        await session.SendFramesAsync("a\nb\n"u8.ToArray(), 2, CancellationToken.None).Within();
        await session.CloseAsync(TimeSpan.FromSeconds(1)).Within();

        Assert.Equal(
            ["opened", "in question", "in ", "out two", "out lines", "out a", "out b", "closed LocalClosed"],
            Read().Select(Describe));
        JsonNode first = Read()[1];
        Assert.Equal(session.Id, (int)first["session"]!);
        Assert.Equal("fake", (string?)first["name"]);
        Assert.Equal(Environment.ProcessId, (int)first["process"]!);
        Assert.Equal("2026-11-01T12:00:00+00:00", (string?)first["time"]);
        Assert.Equal("127.0.0.1:2", (string?)Read()[0]["remote"]);
    }

    [Fact]
    public async Task An_echo_stands_after_what_it_echoes()
    {
        ChatSession session = Track(TestSession.StartEcho(_transport, Options()));
        _transport.Feed("a\n");
        _transport.FeedEnd();
        await session.WaitForCloseAsync().Within();

        Assert.Equal(["opened", "in a", "out a", "closed PeerClosed"], Read().Select(Describe));
    }

    [Fact]
    public async Task What_one_side_says_keeps_its_order_whoever_says_it()
    {
        ChatSession session = Open();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(sender => Task.Run(async () =>
        {
            for (int i = 0; i < 100; i++)
            {
                await session.SendAsync($"{sender} {i}");
            }
        }))).Within();

        Assert.Equal(
            _transport.SentText.TrimEnd('\n').Split('\n'),
            Read().Where(static r => (string?)r["direction"] == "out").Select(static r => (string)r["text"]!));
    }

    [Theory]
    [InlineData("utf-8", "\u4F60\u597D", true)]
    [InlineData("iso-8859-1", "\u00E9", true)]
    [InlineData("utf-16", "\u4F60", true)]
    [InlineData("us-ascii", "\u00E9", false)]
    public async Task Text_is_text_in_the_sessions_encoding_and_all_else_is_bytes(string encoding, string text, bool isText)
    {
        byte[] bytes = (isText ? Encoding.GetEncoding(encoding) : Encoding.Latin1).GetBytes(text);
        ChatSession session = Open(Options() with { Encoding = Encoding.GetEncoding(encoding), Framing = new LengthPrefixedFraming() });
        await session.SendAsync(bytes).Within();

        JsonNode record = Read()[1];
        Assert.Equal(isText ? text : null, (string?)record["text"]);
        Assert.Equal(isText ? null : Convert.ToBase64String(bytes), (string?)record["bytes"]);
    }

    [Fact]
    public async Task What_is_readable_is_readable_and_what_moves_a_terminal_is_escaped()
    {
        ChatSession session = Open();
        await session.SendAsync("\u4F60\u597D \U0001F600 \"\\\u001B[31m\u0085\u009B\u202E\u2028\u007F").Within();

        Assert.Contains("\"text\":\"\u4F60\u597D \U0001F600 \\u0022\\\\\\u001B[31m\\u0085\\u009B\\u202E\\u2028\\u007F\"", File.ReadAllLines(FilePath)[1], StringComparison.Ordinal);
        Assert.Equal("\u4F60\u597D \U0001F600 \"\\\u001B[31m\u0085\u009B\u202E\u2028\u007F", (string?)Read()[1]["text"]);
    }

    [Fact]
    public async Task A_message_that_has_to_wait_for_room_is_written_down_once()
    {
        ChatSession session = Open(Options() with { InboxLimit = 1 });
        _transport.Feed("a\nb\nc\n");
        _transport.FeedEnd();
        await session.ReadToEndAsync();
        await session.WaitForCloseAsync().Within();

        Assert.Equal(["opened", "in a", "in b", "in c", "closed PeerClosed"], Read().Select(Describe));
    }

    [Fact]
    public async Task A_prompt_that_was_taken_before_its_line_was_whole_is_written_down_as_a_part()
    {
        ChatSession session = Open();
        _transport.Feed("login: ");
        PatternFinding prompt = await session.FindAsync(new PatternSet(["login: "]), TestContext.Current.CancellationToken).Within();
        Assert.True(session.TryTake(prompt, out _));
        _transport.Feed("rest\n");
        await session.ReceiveAsync().Within();

        Assert.Equal(["opened", "in login: ", "in rest"], Read().Select(Describe));
        Assert.All(Read()[1..], static r => Assert.True((bool)r["part"]!));
    }

    [Fact]
    public async Task A_failure_is_the_reason_of_the_end()
    {
        ChatSession session = Open();
        _transport.FeedFault(new SocketException((int)SocketError.ConnectionReset));
        await session.WaitForCloseAsync().Within();

        JsonNode closed = Read()[^1];
        Assert.Equal("closed PeerReset", Describe(closed));
        Assert.Equal(session.Error!.Message, (string?)closed["error"]);
    }

    [Fact]
    public async Task A_file_that_is_sent_is_one_record_without_its_content()
    {
        ChatSession session = Open();
        using FileToSend file = FileToSend.Open(_folder.Write("sent", "content"u8.ToArray()));
        await FileTransfer.Send(session, file, new FileTransferLimits(), TestContext.Current.CancellationToken).Completion.Within();

        JsonNode record = Read()[1];
        Assert.Equal("file", (string?)record["kind"]);
        Assert.Equal("out", (string?)record["direction"]);
        Assert.Equal(file.Path, (string?)record["path"]);
        Assert.Equal(7, (int)record["length"]!);
        Assert.Null(record["error"]);
        Assert.Equal(2, Read().Length);
    }

    [Fact]
    public async Task It_can_be_read_while_it_grows()
    {
        ChatSession session = Open();
        for (int i = 1; i <= 20; i++)
        {
            await session.SendAsync($"{i}").Within();
            Assert.Equal($"out {i}", Describe(Read()[i]));
        }
    }

    [Fact]
    public async Task Several_transcripts_of_one_file_share_it()
    {
        using FakeTransport other = new();
        ChatSession[] sessions = [Open(), Track(TestSession.Start(other, Options()))];
        await Task.WhenAll(sessions.Select(session => Task.Run(async () =>
        {
            for (int i = 0; i < 200; i++)
            {
                await session.SendAsync($"{i}");
            }
        }))).Within();

        foreach (ChatSession session in sessions)
        {
            Assert.Equal(
                Enumerable.Range(0, 200).Select(static i => $"{i}"),
                Read().Where(r => (int)r["session"]! == session.Id && r["text"] is not null).Select(static r => (string)r["text"]!));
        }
    }

    [Fact]
    public async Task What_cannot_be_written_is_counted_and_told_once_and_the_conversation_goes_on()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "The system has no device that is always full.");
        int told = 0;
        using Transcript transcript = new("/dev/full");
        transcript.Failed += _ => told++;
        ChatSession session = Open(new SessionOptions { Transcript = transcript });
        await session.SendAsync("a").Within();
        await session.SendAsync("b").Within();

        Assert.Equal("a\nb\n", _transport.SentText);
        Assert.Equal(3, session.TranscriptErrors);
        Assert.Equal(1, told);
        Assert.NotNull(transcript.TakeNotice());
        Assert.Null(transcript.TakeNotice());
    }

    [Fact]
    public async Task When_writing_works_again_it_says_how_many_are_lost()
    {
        string folder = _folder["gone"];
        Directory.CreateDirectory(folder);
        using Transcript transcript = new(Path.Combine(folder, "t.jsonl"));
        ChatSession session = Open(new SessionOptions { Transcript = transcript });
        Directory.Delete(folder, recursive: true);
        await session.SendAsync("lost").Within();
        await session.SendAsync("lost too").Within();
        Directory.CreateDirectory(folder);
        await session.SendAsync("kept").Within();
        await session.SendAsync("kept too").Within();

        JsonNode[] records = Read(transcript.Path);
        Assert.Equal(["lost", "out kept", "out kept too"], records.Select(Describe));
        Assert.Equal(2, (int)records[0]["count"]!);
        Assert.Equal(2, session.TranscriptErrors);
    }

    [Fact]
    public async Task A_line_that_a_crash_has_left_unfinished_spoils_no_other()
    {
        File.WriteAllText(FilePath, "{\"kind\":\"opened\"}\n{\"ki");
        await Open().SendAsync("a").Within();

        string[] lines = File.ReadAllLines(FilePath);
        Assert.Equal("{\"ki", lines[1]);
        Assert.Equal(["opened", "out a"], lines[2..].Select(static line => Describe(JsonNode.Parse(line)!)));
    }

    [Fact]
    public void A_new_file_is_its_owners_alone_and_an_old_one_is_added_to()
    {
        using (Transcript transcript = new(FilePath))
        {
            transcript.WriteFailure("somewhere", new IOException("failed"));
        }

        using (Transcript transcript = new(FilePath))
        {
            transcript.WriteFailure("elsewhere", new IOException("failed too"));
        }

        Assert.Equal(["somewhere", "elsewhere"], Read().Select(static r => (string?)r["target"]));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(FilePath));
        }
    }

    [Fact]
    public void What_cannot_be_a_transcript_is_said_at_once()
    {
        Assert.Equal(ChatErrorCode.PathIsFolder, CodeOf(_folder[string.Empty]));
        Assert.Equal(ChatErrorCode.FileNotFound, CodeOf(_folder["no/such"]));

        static ChatErrorCode CodeOf(string path)
        {
            using Transcript transcript = new(path);
            return Assert.Throws<ChatException>(transcript.Open).Code;
        }
    }

    public async ValueTask DisposeAsync()
    {
        // The last record of a session is its end: the folder stays until then.
        foreach (ChatSession session in _sessions)
        {
            session.Abort();
            await session.WaitForCloseAsync().Within();
        }

        _transport.Dispose();
        _folder.Dispose();
    }

    private static string Describe(JsonNode record) => (string?)record["kind"] switch
    {
        "message" => $"{record["direction"]} {record["text"]}",
        "closed" => $"closed {record["reason"]}",
        string kind => kind,
        null => "no kind",
    };

    private SessionOptions Options() => new() { Transcript = new Transcript(FilePath), TimeProvider = _time };

    private ChatSession Open(SessionOptions? options = null) => Track(TestSession.Start(_transport, options ?? Options()));

    private ChatSession Track(ChatSession session)
    {
        _sessions.Add(session);
        return session;
    }

    private JsonNode[] Read(string? path = null) => [.. File.ReadAllLines(path ?? FilePath).Select(static line => JsonNode.Parse(line)!)];
}
