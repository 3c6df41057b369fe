using System.Net.Security;
using System.Net.Sockets;
using TcpChat.Clients;
using TcpChat.Core.Tests.Servers;
using TcpChat.Errors;
using TcpChat.Patterns;
using TcpChat.Security;
using TcpChat.Servers;
using TcpChat.Sessions;
using TcpChat.TestPeer;

namespace TcpChat.Core.Tests.Tls;

/// <summary>A conversation that begins in clear text and goes on in TLS.</summary>
public sealed class ProtectTests
{
    [Fact]
    public async Task It_goes_on_in_tls_at_both_ends()
    {
        (ChatServer server, ChatSession client, ChatSession session) = await OpenAsync();
        await ProtectAsync(client, session);
        await client.SendAsync("secret").Within();

        Assert.Equal("secret", (await session.ReceiveAsync().Within())!.Text);
        await session.SendAsync("answer").Within();
        Assert.Equal("answer", (await client.ReceiveAsync().Within())!.Text);
        Assert.Equal("CN=localhost", client.Tls!.PeerSubject);
        Assert.NotNull(session.Tls);
        await client.CloseAsync(TestServer.Time).Within();
        await session.WaitForCloseAsync().Within();
        Assert.Equal(CloseReason.PeerClosed, session.CloseReason);
        server.Dispose();
    }

    [Fact]
    public async Task A_prompt_that_was_taken_in_part_is_no_hindrance()
    {
        (ChatServer server, ChatSession client, ChatSession session) = await OpenAsync();
        await session.SendFramesAsync("ready> "u8.ToArray(), 1).Within();
        PatternFinding found = await client.FindAsync(new PatternSet(["> "]), TestContext.Current.CancellationToken).Within();
        Assert.True(client.TryTake(found, out _));

        // Its read loop waits with a buffer now, and not for data: what comes first is handed over.
        Task answering = session.ProtectAsServerAsync(TlsServer.Tls);
        await client.ProtectAsClientAsync(TlsServer.Trusting, "localhost").Within();
        await answering.Within();
        await session.SendAsync("hello").Within();

        Assert.Equal("hello", (await client.ReceiveAsync().Within())!.Text);
        server.Dispose();
    }

    [Fact]
    public async Task What_was_slipped_in_before_and_not_taken_refuses_it_and_nothing_is_lost()
    {
        (ChatServer server, ChatSession client, ChatSession session) = await OpenAsync();
        await session.SendAsync("220 go ahead").Within();
        await session.SendAsync("injected").Within();
        await Bounded.EventuallyAsync(() => client.InboxLength == 2);
        await client.ReceiveAsync().Within();

        ChatException e = await Assert.ThrowsAsync<ChatException>(() => client.ProtectAsClientAsync(TlsServer.Trusting, "localhost"));

        Assert.Equal(ChatErrorCode.UnprotectedDataWaiting, e.Code);
        Assert.Equal(ChatSessionState.Open, client.State);
        Assert.Equal("injected", (await client.ReceiveAsync().Within())!.Text);
        server.Dispose();
    }

    [Fact]
    public async Task A_line_that_was_slipped_in_unfinished_refuses_it_too()
    {
        (ChatServer server, ChatSession client, ChatSession session) = await OpenAsync();
        await session.SendFramesAsync("220 go\nMAIL FR"u8.ToArray(), 1).Within();
        await client.ReceiveAsync().Within();
        await client.FindAsync(new PatternSet(["FR"]), TestContext.Current.CancellationToken).Within();

        ChatException e = await Assert.ThrowsAsync<ChatException>(() => client.ProtectAsClientAsync(TlsServer.Trusting, "localhost"));

        Assert.Equal(ChatErrorCode.UnprotectedDataWaiting, e.Code);
        server.Dispose();
    }

    [Fact]
    public async Task What_is_slipped_in_while_it_begins_ends_it_and_is_never_a_message()
    {
        using ChatServer server = ChatServer.Start(TestServer.Prompt);
        using Socket attacker = await server.ConnectPlainAsync();
        await server.WaitForSessionsAsync(1);
        ChatSession session = server.Sessions[0];
        Task protecting = session.ProtectAsServerAsync(TlsServer.Tls, "220 go ahead");
        await attacker.SendAsync("MAIL FROM:<mallory>\n"u8.ToArray());

        ChatException e = await Assert.ThrowsAsync<ChatException>(() => protecting.Within());

        Assert.Equal(ChatErrorCode.HandshakeFailed, e.Code);
        Assert.Equal(CloseReason.HandshakeFailed, session.CloseReason);
        Assert.Equal(0, session.MessagesReceived);
        Assert.Null(await session.ReceiveAsync().Within());
    }

    [Fact]
    public async Task What_is_sent_meanwhile_waits_for_tls()
    {
        using ChatServer server = ChatServer.Start(TestServer.Prompt);
        using Socket socket = await server.ConnectPlainAsync();
        await server.WaitForSessionsAsync(1);
        ChatSession session = server.Sessions[0];
        Task protecting = session.ProtectAsServerAsync(TlsServer.Tls, "220 go ahead");
        byte[] line = new byte[100];
        int length = await socket.ReceiveAsync(line).Within();
        Assert.Equal("220 go ahead\n"u8, line.AsSpan(0, length));

        // The outbox lets nothing more out before TLS, as soon as that line is gone.
        await Bounded.EventuallyAsync(() => session.IsHoldingBack);
        await session.SendAsync("protected").Within();
        using SslStream tls = await TlsSessionTests.HandshakeAsync(socket);
        await protecting.Within();
        using StreamReader reader = new(tls);

        Assert.Equal("protected", await reader.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().Within());
    }

    [Fact]
    public async Task A_certificate_that_is_not_trusted_ends_the_session_and_says_why()
    {
        (ChatServer server, ChatSession client, ChatSession session) = await OpenAsync();
        Task answering = session.ProtectAsServerAsync(TlsServer.Tls);
        ChatException e = await Assert.ThrowsAsync<ChatException>(
            () => client.ProtectAsClientAsync(new TlsClientOptions { Trust = Identities.OtherTrust }, "localhost").Within());

        Assert.Equal(ChatErrorCode.CertificateNotTrusted, e.Code);
        Assert.Equal(CloseReason.HandshakeFailed, client.CloseReason);
        Assert.Equal(e, client.Error);
        await answering.Within();
        await session.WaitForCloseAsync().Within();
        Assert.Equal(CloseReason.HandshakeFailed, session.CloseReason);
        server.Dispose();
    }

    [Fact]
    public async Task Giving_up_ends_the_session()
    {
        await using ListeningPeer silent = Peer.Listen("silent");
        using ChatSession client = await ChatClient.ConnectAsync(new ClientOptions { ComputerName = "127.0.0.1", Port = silent.Port }).Within();
        using CancellationTokenSource stop = new();
        Task protecting = client.ProtectAsClientAsync(TlsServer.Trusting, "localhost", cancellationToken: stop.Token);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => protecting.Within());
        Assert.Equal(CloseReason.HandshakeFailed, client.CloseReason);
    }

    [Fact]
    public async Task The_peers_end_during_the_handshake_is_a_failed_handshake()
    {
        (ChatServer server, ChatSession client, ChatSession session) = await OpenAsync();
        Task protecting = client.ProtectAsClientAsync(TlsServer.Trusting, "localhost");
        session.Abort();

        ChatException e = await Assert.ThrowsAsync<ChatException>(() => protecting.Within());
        Assert.Equal(ChatErrorCode.HandshakeFailed, e.Code);
        Assert.Equal(CloseReason.HandshakeFailed, client.CloseReason);
        server.Dispose();
    }

    [Fact]
    public async Task Twice_is_once_too_often()
    {
        (ChatServer server, ChatSession client, ChatSession session) = await OpenAsync();
        await ProtectAsync(client, session);
        ChatException e = await Assert.ThrowsAsync<ChatException>(() => client.ProtectAsClientAsync(TlsServer.Trusting, "localhost"));

        Assert.Equal(ChatErrorCode.AlreadyProtected, e.Code);
        Assert.Equal(ChatSessionState.Open, client.State);
        server.Dispose();
    }

    private static async Task<(ChatServer Server, ChatSession Client, ChatSession Session)> OpenAsync()
    {
        ChatServer server = ChatServer.Start(TestServer.Prompt);
        ChatSession client = await server.ConnectClientAsync();
        await server.WaitForSessionsAsync(1);
        return (server, client, server.Sessions[0]);
    }

    /// <summary>As SMTP has it (RFC 3207).</summary>
    private static async Task ProtectAsync(ChatSession client, ChatSession session)
    {
        await client.SendAsync("STARTTLS").Within();
        Assert.Equal("STARTTLS", (await session.ReceiveAsync().Within())!.Text);
        Task answering = session.ProtectAsServerAsync(TlsServer.Tls, "220 go ahead");
        Assert.Equal("220 go ahead", (await client.ReceiveAsync().Within())!.Text);
        await client.ProtectAsClientAsync(TlsServer.Trusting, "localhost").Within();
        await answering.Within();
    }
}
