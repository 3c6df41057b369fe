using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using TcpChat.Clients;
using TcpChat.Core.Tests.Servers;
using TcpChat.Errors;
using TcpChat.Framing;
using TcpChat.Security;
using TcpChat.Servers;
using TcpChat.Sessions;

namespace TcpChat.Core.Tests.Tls;

/// <summary>Sessions over TLS: the same as over plain sockets, and what only TLS has.</summary>
public sealed class TlsSessionTests
{
    public static TheoryData<string> Framings => ["Line", "Raw", "LengthPrefixed", "Delimiter"];

    [Theory]
    [MemberData(nameof(Framings))]
    public async Task A_conversation_goes_both_ways_in_each_framing(string framing)
    {
        SessionOptions session = new() { Framing = Make(framing) };
        using ChatServer server = ChatServer.Start(TlsServer.Options(ServerAnswer.Echo) with { Session = session });
        using ChatSession client = await ChatClient.ConnectAsync(server.Client() with { Session = session }).Within();
        await client.SendAsync("\u4F60\u597D").Within();

        Assert.Equal("\u4F60\u597D", (await client.ReceiveAsync().Within())!.Text);
    }

    [Fact]
    public async Task Both_sides_know_what_protects_them()
    {
        using ChatServer server = ChatServer.Start(TlsServer.Options() with
        {
            Tls = TlsServer.Tls with { ClientTrust = Identities.Trust },
        });
        using ChatSession client = await server.ConnectTlsAsync(TlsServer.Trusting with { Identity = Identities.Client });
        await server.WaitForSessionsAsync(1);

        TlsFacts here = client.Tls!;
        TlsFacts there = server.Sessions[0].Tls!;
        Assert.Equal(SslProtocols.Tls13, here.Protocol);
        Assert.Equal(here.CipherSuite, there.CipherSuite);
        Assert.Equal("CN=localhost", here.PeerSubject);
        Assert.True(here.IsPeerVerified);
        Assert.Equal(Thumbprint.Of(Identities.Server.Certificate), here.PeerThumbprint);
        Assert.Equal("CN=alice", there.PeerSubject);
        Assert.Equal("localhost", there.ServerName);
        Assert.True(there.IsPeerVerified);
    }

    [Fact]
    public async Task Facts_stay_when_the_session_is_over()
    {
        using ChatServer server = ChatServer.Start(TlsServer.Options());
        ChatSession client = await server.ConnectTlsAsync();
        await client.CloseAsync(TestServer.Time).Within();

        Assert.Equal("CN=localhost", client.Tls!.PeerSubject);
        Assert.Equal(64, client.Tls.PeerThumbprint!.Length);
    }

    [Fact]
    public async Task The_greeting_comes_after_the_handshake()
    {
        using ChatServer server = ChatServer.Start(TlsServer.Options() with { Greeting = "welcome" });
        using ChatSession client = await server.ConnectTlsAsync();

        Assert.Equal("welcome", (await client.ReceiveAsync().Within())!.Text);
    }

    [Fact]
    public async Task An_end_in_order_is_a_clean_end_for_both()
    {
        using ChatServer server = ChatServer.Start(TlsServer.Options());
        ChatSession client = await server.ConnectTlsAsync();
        await server.WaitForSessionsAsync(1);
        ChatSession session = server.Sessions[0];
        await client.SendAsync("last").Within();
        await client.CloseAsync(TestServer.Time).Within();
        await session.WaitForCloseAsync().Within();

        Assert.Equal(CloseReason.PeerClosed, session.CloseReason);
        Assert.Null(session.Error);
        Assert.Equal("last", (await session.ReceiveAsync().Within())!.Text);
    }

    [Fact]
    public async Task A_connection_that_ends_without_the_end_of_tls_was_cut()
    {
        using ChatServer server = ChatServer.Start(TlsServer.Options());
        using Socket socket = await server.ConnectPlainAsync();
        using SslStream tls = await HandshakeAsync(socket);
        await server.WaitForSessionsAsync(1);
        ChatSession session = server.Sessions[0];
        await tls.WriteAsync("whole\npart"u8.ToArray(), TestContext.Current.CancellationToken);
        socket.Shutdown(SocketShutdown.Send);
        await session.WaitForCloseAsync().Within();

        Assert.Equal(CloseReason.PeerReset, session.CloseReason);
        Assert.Equal(ChatErrorCode.ConnectionTruncated, Assert.IsType<ChatException>(session.Error).Code);
        Assert.Equal("whole", (await session.ReceiveAsync().Within())!.Text);
        Assert.Null(await session.ReceiveAsync().Within());
    }

    [Fact]
    public async Task The_peers_half_close_is_honoured()
    {
        using ChatServer server = ChatServer.Start(TlsServer.Options() with { Session = new SessionOptions { HalfCloseTimeout = TestServer.Time } });
        using Socket socket = await server.ConnectPlainAsync();
        using SslStream tls = await HandshakeAsync(socket);
        await server.WaitForSessionsAsync(1);
        ChatSession session = server.Sessions[0];
        await tls.WriteAsync("question\n"u8.ToArray(), TestContext.Current.CancellationToken);
        await tls.ShutdownAsync();
        await session.WaitForStateAsync(ChatSessionState.HalfClosed).Within();
        await session.ReceiveAsync().Within();
        await session.SendAsync("answer").Within();

        using StreamReader reader = new(tls);
        Assert.Equal("answer", await reader.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().Within());
    }

    [Fact]
    public async Task Garbage_in_the_middle_of_tls_breaks_a_rule()
    {
        using ChatServer server = ChatServer.Start(TlsServer.Options());
        using Socket socket = await server.ConnectPlainAsync();
        using SslStream tls = await HandshakeAsync(socket);
        await server.WaitForSessionsAsync(1);
        ChatSession session = server.Sessions[0];

        // A record of application data that nobody has encrypted.
        await socket.SendAsync((byte[])[23, 3, 3, 0, 32, .. new byte[32]]);
        await session.WaitForCloseAsync().Within();

        Assert.Equal(CloseReason.ProtocolError, session.CloseReason);
        Assert.Equal(ChatErrorCode.ProtocolViolation, Assert.IsType<ChatException>(session.Error).Code);
    }

    [Fact]
    public async Task What_a_peer_does_not_read_waits_in_the_outbox_and_arrives_whole()
    {
        using ChatServer server = ChatServer.Start(TlsServer.Options());
        using Socket socket = await server.ConnectPlainAsync();
        using SslStream tls = await HandshakeAsync(socket);
        await server.WaitForSessionsAsync(1);
        ChatSession session = server.Sessions[0];
        int sent = 0;
        byte[] message = new byte[100_000];
        while (session.OutboxLength == 0)
        {
            Array.Fill(message, (byte)('a' + (sent++ % 26)));
            await session.SendAsync(message.ToArray()).Within();
        }

        Task closing = session.CloseAsync(TestServer.Time);
        using MemoryStream received = new();
        await tls.CopyToAsync(received, TestContext.Current.CancellationToken).Within();
        await closing.Within();

        Assert.Equal(sent * (message.Length + 1L), received.Length);
        byte[] all = received.ToArray();
        for (int i = 0; i < sent; i++)
        {
            Assert.Equal((byte)('a' + (i % 26)), all[i * (message.Length + 1)]);
            Assert.Equal((byte)'\n', all[(i * (message.Length + 1)) + message.Length]);
        }
    }

    [Fact]
    public async Task Small_sends_that_do_not_fit_any_more_arrive_whole()
    {
        using ChatServer server = ChatServer.Start(TlsServer.Options());
        using Socket socket = await server.ConnectPlainAsync();
        using SslStream tls = await HandshakeAsync(socket);
        await server.WaitForSessionsAsync(1);
        ChatSession session = server.Sessions[0];
        int sent = 0;
        while (session.OutboxLength == 0)
        {
            await session.SendAsync($"{sent++}").Within();
        }

        Task closing = session.CloseAsync(TimeSpan.FromMinutes(1));
        using StreamReader reader = new(tls);
        string[] lines = (await reader.ReadToEndAsync(TestContext.Current.CancellationToken).Within()).TrimEnd('\n').Split('\n');
        await closing.Within();

        Assert.Equal(Enumerable.Range(0, sent).Select(static i => $"{i}"), lines);
    }

    [Fact]
    public async Task A_hundred_megabytes_arrive()
    {
        const int Size = 100 << 20;
        using ChatServer server = ChatServer.Start(TlsServer.Options() with { Session = new SessionOptions { Framing = new RawFraming() } });
        using ChatSession client = await server.ConnectTlsAsync();
        await server.WaitForSessionsAsync(1);
        ChatSession session = server.Sessions[0];
        Task sending = Task.Run(async () =>
        {
            byte[] piece = new byte[1 << 20];
            for (int i = 0; i < Size / piece.Length; i++)
            {
                Array.Fill(piece, (byte)i);
                await client.SendFramesAsync(piece.ToArray(), 1);
            }

            await client.CloseAsync(TimeSpan.FromSeconds(20));
        });
        long received = 0;
        bool isRight = true;
        while (await session.ReceiveAsync().Within() is { } message)
        {
            foreach (byte b in message.Bytes)
            {
                isRight &= b == (byte)(received++ >> 20);
            }
        }

        await sending.Within();
        Assert.Equal(Size, received);
        Assert.True(isRight);
    }

    [Fact]
    public async Task A_lost_connection_is_made_again_with_tls()
    {
        using ChatServer server = ChatServer.Start(TlsServer.Options());
        using ChatSession client = await ChatClient.ConnectAsync(server.Client() with { Reconnect = new ReconnectPolicy { Delay = TimeSpan.FromMilliseconds(1) } }).Within();
        await server.WaitForSessionsAsync(1);
        server.Sessions[0].Abort();
        await Bounded.EventuallyAsync(() => client.ReconnectCount == 1);
        await client.SendAsync("again").Within();

        Assert.Equal("again", (await server.Inbox.TakeAsync())!.Text);
        Assert.NotNull(client.Tls);
    }

    internal static async Task<SslStream> HandshakeAsync(Socket socket)
    {
        SslStream tls = new(new NetworkStream(socket, ownsSocket: false), leaveInnerStreamOpen: false);
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost", CertificateChainPolicy = Identities.ChainPolicy }).Within();
        return tls;
    }

    private static MessageFraming Make(string framing) => framing switch
    {
        "Raw" => new RawFraming(),
        "LengthPrefixed" => new LengthPrefixedFraming(),
        "Delimiter" => new DelimiterFraming("||"u8.ToArray()),
        _ => new LineFraming(),
    };
}
