using System.Net.Sockets;
using System.Text.Json.Nodes;
using TcpChat.Clients;
using TcpChat.Core.Tests.Servers;
using TcpChat.Errors;
using TcpChat.Files;
using TcpChat.Framing;
using TcpChat.Servers;
using TcpChat.Sessions;
using TcpChat.TestPeer;
using TcpChat.Transcripts;

namespace TcpChat.Core.Tests.Tls;

/// <summary>What happens to a session at the very time at which it goes over to TLS.</summary>
public sealed class ProtectRaceTests : IDisposable
{
    private readonly FakeTransport _transport = new();
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Closing_ends_the_handshake_at_once()
    {
        await using ListeningPeer silent = Peer.Listen("silent");
        using ChatSession client = await ChatClient.ConnectAsync(new ClientOptions { ComputerName = "127.0.0.1", Port = silent.Port }).Within();
        Task protecting = client.ProtectAsClientAsync(TlsServer.Trusting, "localhost");
        await client.CloseAsync(TimeSpan.FromDays(1)).Within();

        ChatException e = await Assert.ThrowsAsync<ChatException>(() => protecting.Within());
        Assert.Equal(ChatErrorCode.SessionClosed, e.Code);
        Assert.Equal(CloseReason.LocalClosed, client.CloseReason);
    }

    [Fact]
    public async Task A_server_that_is_stopped_ends_the_handshake_and_says_so()
    {
        ChatServer server = ChatServer.Start(TestServer.Prompt);
        using Socket socket = await server.ConnectPlainAsync();
        await server.WaitForSessionsAsync(1);
        ChatSession session = server.Sessions[0];
        Task protecting = session.ProtectAsServerAsync(TlsServer.Tls);
        await server.StopAsync(TimeSpan.FromDays(1)).Within();

        ChatException e = await Assert.ThrowsAsync<ChatException>(() => protecting.Within());
        Assert.Equal(ChatErrorCode.SessionClosed, e.Code);
        Assert.Equal(CloseReason.ServerStopped, session.CloseReason);
    }

    [Fact]
    public async Task A_session_that_is_cut_meanwhile_was_closed_by_this_side()
    {
        ChatSession session = TestSession.Start(_transport);
        Task protecting = session.ProtectAsServerAsync(TlsServer.Tls);
        session.Abort();

        ChatException e = await Assert.ThrowsAsync<ChatException>(() => protecting.Within());
        Assert.Equal(ChatErrorCode.SessionClosed, e.Code);
        Assert.Equal(CloseReason.LocalClosed, session.CloseReason);
    }

    [Theory]
    [InlineData(OutboxPolicy.Disconnect)]
    [InlineData(OutboxPolicy.DropOldest)]
    [InlineData(OutboxPolicy.Wait)]
    public async Task The_last_message_is_the_last_whatever_becomes_of_a_full_outbox(OutboxPolicy policy)
    {
        _transport.HoldSends();
        ChatSession session = TestSession.Start(_transport, new SessionOptions { OutboxPolicy = policy, OutboxByteLimit = 4 });
        await session.SendAsync("one").Within();
        await _transport.WaitUntilHeldAsync();
        using CancellationTokenSource stop = new();
        Task protecting = session.ProtectAsServerAsync(TlsServer.Tls, "go ahead", stop.Token);
        Task late = session.SendAsync("late").AsTask();
        Assert.Null(session.CloseReason);
        Assert.False(protecting.IsCompleted);

        _transport.LetSends();
        await late.Within();
        Assert.Equal("one\ngo ahead\n", _transport.SentText);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => protecting.Within());
        Assert.Equal("one\ngo ahead\n", _transport.SentText);
    }

    [Theory]
    [InlineData(OutboxPolicy.Disconnect, CloseReason.SlowReader)]
    [InlineData(OutboxPolicy.DropOldest, null)]
    [InlineData(OutboxPolicy.Wait, null)]
    public async Task What_waits_for_tls_is_limited_as_what_waits_for_a_reader(OutboxPolicy policy, CloseReason? reason)
    {
        ChatSession session = TestSession.Start(_transport, new SessionOptions { OutboxPolicy = policy, OutboxByteLimit = 8 });
        Task protecting = session.ProtectAsServerAsync(TlsServer.Tls);
        await Bounded.EventuallyAsync(() => session.IsHoldingBack);
        Task[] sends = [.. Enumerable.Range(0, 4).Select(i => session.SendAsync($"abc{i}").AsTask())];

        Assert.Equal(reason, session.CloseReason);
        Assert.InRange(session.OutboxLength, 0, 8);
        Assert.Equal(policy == OutboxPolicy.DropOldest ? 3 : 0, session.DroppedMessages);
        Assert.Empty(_transport.Sent);
        session.Abort();
        await Assert.ThrowsAsync<ChatException>(() => protecting.Within());
        await Task.WhenAny(Task.WhenAll(sends)).Within();
    }

    [Fact]
    public async Task A_second_call_meanwhile_does_no_harm()
    {
        (ChatServer server, ChatSession client, ChatSession session) = await OpenAsync();
        Task answering = session.ProtectAsServerAsync(TlsServer.Tls);
        ChatException e = await Assert.ThrowsAsync<ChatException>(() => session.ProtectAsServerAsync(TlsServer.Tls).Within());

        Assert.Equal(ChatErrorCode.AlreadyProtected, e.Code);
        await client.ProtectAsClientAsync(TlsServer.Trusting, "localhost").Within();
        await answering.Within();
        server.Dispose();
    }

    [Fact]
    public async Task Where_the_peer_has_closed_nothing_is_handed_over()
    {
        TaskCompletionSource atEnd = new();
        RecordingSink sink = new()
        {
            OnEndOfRead = _ => new ValueTask(atEnd.Task),
        };
        SessionReader reader = new(_transport, new LineFraming(), sink, 100);
        _transport.FeedEnd();
        Task reading = reader.ReadToEndAsync(CancellationToken.None);
        await Bounded.EventuallyAsync(() => sink.EndsOfReads.Count == 1);
        lock (reader.Gate)
        {
            Assert.True(reader.HasEnded);
            Assert.False(reader.TryHandOver(new Handover()));
        }

        atEnd.SetResult();
        await reading.Within();
    }

    [Fact]
    public async Task Half_a_character_that_was_slipped_in_changes_nothing_of_what_is_protected()
    {
        SessionOptions raw = new() { Framing = new RawFraming() };
        (ChatServer server, ChatSession client, ChatSession session) = await OpenAsync(raw);
        await session.SendAsync(new byte[] { 0xC3 }).Within();
        _ = (await client.ReceiveAsync().Within())!.Text;
        await ProtectAsync(client, session);
        await session.SendAsync(new byte[] { 0xA9, (byte)'!' }).Within();

        Assert.Equal("\uFFFD!", (await client.ReceiveAsync().Within())!.Text);
        server.Dispose();
    }

    [Fact]
    public async Task A_file_that_began_in_clear_text_does_not_go_on_in_tls()
    {
        SessionOptions raw = new() { Framing = new RawFraming() };
        (ChatServer server, ChatSession client, ChatSession session) = await OpenAsync(raw);
        FileTransfer transfer = FileTransfer.Receive(client, _folder["file"], new ReceiveFileOptions { Length = 6 }, new FileTransferLimits());
        await session.SendAsync("abc").Within();
        await Bounded.EventuallyAsync(() => transfer.Length == 3);
        await ProtectAsync(client, session);
        await session.SendAsync("def").Within();

        await Assert.ThrowsAsync<ChatException>(() => transfer.Completion.Within());
        Assert.Equal("def", (await client.ReceiveAsync().Within())!.Text);
        server.Dispose();
    }

    [Fact]
    public async Task A_file_that_is_on_its_way_goes_to_its_end_in_clear_text()
    {
        SessionOptions raw = new() { Framing = new RawFraming() };
        (ChatServer server, ChatSession client, ChatSession session) = await OpenAsync(raw);
        byte[] content = new byte[4 << 20];
        FileTransfer sending = FileTransfer.Send(session, FileToSend.Open(_folder.Write("sent", content)), new FileTransferLimits());
        FileTransfer receiving = FileTransfer.Receive(client, _folder["file"], new ReceiveFileOptions { Length = content.Length }, new FileTransferLimits());
        await Bounded.EventuallyAsync(() => sending.Length > 0);
        Task answering = session.ProtectAsServerAsync(TlsServer.Tls);
        await receiving.Completion.Within();
        await client.ProtectAsClientAsync(TlsServer.Trusting, "localhost").Within();
        await answering.Within();

        await sending.Completion.Within();
        Assert.NotNull(session.Tls);
        server.Dispose();
    }

    [Fact]
    public async Task The_transcript_says_between_which_messages_it_was()
    {
        Transcript transcript = new(_folder["transcript.jsonl"]);
        (ChatServer server, ChatSession client, ChatSession session) = await OpenAsync(new SessionOptions { Transcript = transcript });
        await session.SendAsync("before").Within();
        await client.ReceiveAsync().Within();
        await ProtectAsync(client, session, "go ahead");
        await session.SendAsync("after").Within();
        await client.ReceiveAsync().Within();
        client.Dispose();
        await session.WaitForCloseAsync().Within();
        await server.StopAsync(TimeSpan.Zero).Within();
        transcript.Dispose();

        List<JsonNode> records = [.. File.ReadAllLines(_folder["transcript.jsonl"]).Select(static line => JsonNode.Parse(line)!)];
        Assert.Equal(["opened", "out before", "out go ahead", "protected", "out after", "closed"], Kinds(session));
        Assert.Equal(["opened", "in before", "in go ahead", "protected", "in after", "closed"], Kinds(client));
        JsonNode atClient = Assert.Single(records, r => (string?)r["kind"] == "protected" && (int?)r["session"] == client.Id);
        Assert.Equal("Tls13", (string?)atClient["tls"]);
        Assert.Equal("CN=localhost", (string?)atClient["peer"]);

        IEnumerable<string> Kinds(ChatSession of) => records
            .Where(r => (int?)r["session"] == of.Id)
            .Select(static r => $"{(r["direction"] is { } way ? $"{way} {r["text"]}" : r["kind"])}");
    }

    private static async Task<(ChatServer Server, ChatSession Client, ChatSession Session)> OpenAsync(SessionOptions? options = null)
    {
        ChatServer server = ChatServer.Start(new ServerOptions { Session = options ?? new SessionOptions() });
        ChatSession client = await server.ConnectClientAsync(options);
        await server.WaitForSessionsAsync(1);
        return (server, client, server.Sessions[0]);
    }

    private static async Task ProtectAsync(ChatSession client, ChatSession session, string? last = null)
    {
        Task answering = session.ProtectAsServerAsync(TlsServer.Tls, last);
        if (last is not null)
        {
            Assert.Equal(last, (await client.ReceiveAsync().Within())!.Text);
        }

        await client.ProtectAsClientAsync(TlsServer.Trusting, "localhost").Within();
        await answering.Within();
    }
}
