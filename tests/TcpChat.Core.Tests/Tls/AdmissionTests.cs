using System.Net;
using System.Net.Sockets;
using System.Text;
using TcpChat.Clients;
using TcpChat.Core.Tests.Servers;
using TcpChat.Errors;
using TcpChat.Security;
using TcpChat.Servers;
using TcpChat.Sessions;
using TcpChat.TestPeer;

namespace TcpChat.Core.Tests.Tls;

/// <summary>What a connection has to pass before it is a session, and what becomes of one that does not.</summary>
public sealed class AdmissionTests
{
    [Fact]
    public async Task Five_hundred_silent_peers_hold_nobody_up_and_are_gone_when_their_time_is_over()
    {
        ManualTimeProvider clock = new();
        using ChatServer server = ChatServer.Start(TlsServer.Options(ServerAnswer.Echo) with
        {
            HandshakeLimit = 1000,
            Session = new SessionOptions { TimeProvider = clock },
        });
        List<Socket> silent = [];
        for (int i = 0; i < 500; i++)
        {
            silent.Add(await server.ConnectPlainAsync());
        }

        await Bounded.EventuallyAsync(() => server.HandshakeCount == 500);
        using ChatSession good = await server.ConnectTlsAsync();
        await good.SendAsync("hello").Within();
        Assert.Equal("hello", (await good.ReceiveAsync().Within())!.Text);
        Assert.Equal(500, server.HandshakeCount);

        clock.Advance(TimeSpan.FromSeconds(TlsServerOptions.DefaultHandshakeTimeoutSec));
        await Bounded.EventuallyAsync(() => server.RejectedCount == 500 && server.HandshakeCount == 0);
        Assert.All(server.Rejections, static r => Assert.Equal(ChatErrorCode.HandshakeTimeout, r.Error.Code));
        Assert.Equal(100, server.Rejections.Count);
        foreach (Socket socket in silent)
        {
            Assert.Equal(0, await ReadEndAsync(socket));
            socket.Dispose();
        }

        await good.SendAsync("still here").Within();
        Assert.Equal("still here", (await good.ReceiveAsync().Within())!.Text);
    }

    [Fact]
    public async Task Of_too_many_the_oldest_goes()
    {
        using ChatServer server = ChatServer.Start(TlsServer.Options() with { HandshakeLimit = 2 });
        using Socket oldest = await server.ConnectPlainAsync();
        await Bounded.EventuallyAsync(() => server.HandshakeCount == 1);
        using Socket second = await server.ConnectPlainAsync();
        await Bounded.EventuallyAsync(() => server.HandshakeCount == 2);
        using ChatSession good = await server.ConnectTlsAsync();

        RejectedConnection rejected = await server.RejectionAsync();
        Assert.Equal(ChatErrorCode.TooManyHandshakes, rejected.Error.Code);
        Assert.Equal(((IPEndPoint)oldest.LocalEndPoint!).Port, ((IPEndPoint)rejected.RemoteEndPoint!).Port);
        Assert.Equal(0, await ReadEndAsync(oldest));
        await Bounded.EventuallyAsync(() => server.HandshakeCount == 1);
    }

    [Fact]
    public async Task A_plain_client_at_a_tls_port_is_gone_at_once_and_the_server_goes_on()
    {
        using ChatServer server = ChatServer.Start(TlsServer.Options());
        using Socket plain = await server.ConnectPlainAsync();
        await plain.SendAsync("hello, is this plain text?\n"u8.ToArray());

        RejectedConnection rejected = await server.RejectionAsync();
        Assert.Equal(CloseReason.HandshakeFailed, rejected.Reason);
        Assert.Equal(ChatErrorCode.HandshakeFailed, rejected.Error.Code);
        Assert.Contains("no TLS", rejected.Error.Message, StringComparison.Ordinal);
        Assert.Equal(0, await ReadEndAsync(plain));
        using ChatSession good = await server.ConnectTlsAsync();
        Assert.Empty(server.EndedSessions);
    }

    [Fact]
    public async Task A_tls_client_at_a_plain_port_is_told_at_once_and_the_server_goes_on()
    {
        using ChatServer server = ChatServer.Start(TestServer.Prompt);
        ChatException e = await Assert.ThrowsAsync<ChatException>(() => server.ConnectTlsAsync());

        Assert.Equal(ChatErrorCode.HandshakeFailed, e.Code);
        await server.WaitForAllEndedAsync(1);
        Assert.Equal(CloseReason.ProtocolError, server.EndedSessions[0].CloseReason);
        using ChatSession good = await server.ConnectClientAsync();
        await server.WaitForSessionsAsync(1);
    }

    [Fact]
    public async Task A_client_that_greets_in_plain_text_is_told_that_there_is_no_tls()
    {
        using ChatServer server = ChatServer.Start(TestServer.Prompt with { Greeting = "220 ready" });
        ChatException e = await Assert.ThrowsAsync<ChatException>(() => server.ConnectTlsAsync());

        Assert.Equal(ChatErrorCode.HandshakeFailed, e.Code);
        Assert.Contains("plain text", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_without_a_certificate_is_refused_where_one_is_required()
    {
        using ChatServer server = ChatServer.Start(MutualTls());
        await AssertRefusedAsync(server, TlsServer.Trusting);

        Assert.Equal(ChatErrorCode.CertificateMissing, (await server.RejectionAsync()).Error.Code);
    }

    [Fact]
    public async Task A_client_of_another_authority_is_refused()
    {
        using ChatServer server = ChatServer.Start(MutualTls());
        await AssertRefusedAsync(server, TlsServer.Trusting with { Identity = Identities.Stranger });

        Assert.Equal(ChatErrorCode.CertificateNotTrusted, (await server.RejectionAsync()).Error.Code);
    }

    [Fact]
    public async Task A_server_of_another_authority_is_refused_by_the_client()
    {
        using ChatServer server = ChatServer.Start(TlsServer.Options());
        ChatException e = await Assert.ThrowsAsync<ChatException>(() => server.ConnectTlsAsync(new TlsClientOptions { Trust = Identities.OtherTrust }));

        Assert.Equal(ChatErrorCode.CertificateNotTrusted, e.Code);

        // With TLS 1.3 the handshake is over for the server when the client looks at its certificate.
        await server.WaitForAllEndedAsync(1);
        Assert.Equal(CloseReason.HandshakeFailed, server.EndedSessions[0].CloseReason);
    }

    [Fact]
    public async Task The_systems_authorities_do_not_know_it()
    {
        using ChatServer server = ChatServer.Start(TlsServer.Options());
        ChatException e = await Assert.ThrowsAsync<ChatException>(() => server.ConnectTlsAsync(new TlsClientOptions()));

        Assert.Equal(ChatErrorCode.CertificateNotTrusted, e.Code);
    }

    [Fact]
    public async Task Nothing_is_checked_where_that_was_asked_for()
    {
        using ChatServer server = ChatServer.Start(TlsServer.Options());
        using ChatSession client = await server.ConnectTlsAsync(new TlsClientOptions { Trust = new PeerTrust { SkipCheck = true }, TargetHost = "elsewhere.test" });

        Assert.False(client.Tls!.IsPeerVerified);
    }

    [Fact]
    public async Task A_silent_server_costs_the_client_its_time_and_no_more()
    {
        await using ListeningPeer silent = Peer.Listen("silent");
        ChatException e = await Assert.ThrowsAsync<ChatException>(() => ChatClient.ConnectAsync(new ClientOptions
        {
            ComputerName = "127.0.0.1",
            Port = silent.Port,
            Tls = TlsServer.Trusting,
            ConnectTimeout = TimeSpan.FromSeconds(3),
        }).Within());

        Assert.Equal(ChatErrorCode.HandshakeTimeout, e.Code);
    }

    [Fact]
    public async Task The_certificate_changes_without_dropping_a_session()
    {
        using ChatServer server = ChatServer.Start(TlsServer.Options(ServerAnswer.Echo));
        using ChatSession before = await server.ConnectTlsAsync();
        server.Change(static options => options with { Tls = options.Tls! with { Identity = Identities.SecondServer } });
        using ChatSession after = await server.ConnectTlsAsync();
        await before.SendAsync("still here").Within();

        Assert.Equal("still here", (await before.ReceiveAsync().Within())!.Text);
        Assert.Equal("CN=localhost", before.Tls!.PeerSubject);
        Assert.Equal("CN=second", after.Tls!.PeerSubject);
    }

    [Fact]
    public async Task A_greeting_that_cannot_be_sent_changes_nothing()
    {
        using ChatServer server = ChatServer.Start(new ServerOptions { Greeting = "hello", Session = new SessionOptions { Encoding = Encoding.ASCII } });
        Assert.Throws<ChatException>(() => server.Change(static options => options with { Greeting = "\u4F60\u597D" }));

        Assert.Equal("hello", server.Options.Greeting);
        using ChatSession client = await server.ConnectClientAsync();
        Assert.Equal("hello", (await client.ReceiveAsync().Within())!.Text);
    }

    [Fact]
    public async Task A_script_may_turn_a_session_away_before_anything_is_read_and_say_why()
    {
        using ChatServer server = ChatServer.Start(TlsServer.Options() with
        {
            OnConnect = static async (session, stop) =>
            {
                await session.SendAsync("not today", stop);
                return false;
            },
        });
        using ChatSession client = await server.ConnectTlsAsync();

        Assert.Equal(["not today"], await client.ReadToEndAsync());
        RejectedConnection rejected = await server.RejectionAsync();
        Assert.Equal(CloseReason.Rejected, rejected.Reason);
        Assert.Equal(ChatErrorCode.TurnedAway, rejected.Error.Code);
        Assert.Empty(server.AllSessions);
        Assert.Equal(0, server.Accepted);
    }

    [Fact]
    public async Task A_script_that_fails_turns_away_and_one_that_hangs_too()
    {
        ManualTimeProvider clock = new();
        bool hangs = false;
        using ChatServer server = ChatServer.Start(TestServer.Prompt with
        {
            Session = new SessionOptions { TimeProvider = clock },
            OnConnect = (_, _) => hangs ? new TaskCompletionSource<bool>().Task : throw new InvalidOperationException("out of order"),
        });
        using ChatSession first = await server.ConnectClientAsync();
        RejectedConnection failed = await server.RejectionAsync();
        hangs = true;
        using ChatSession second = await server.ConnectClientAsync();
        await Bounded.EventuallyAsync(() => server.HandshakeCount == 1 && clock.Due.Contains(TimeSpan.FromSeconds(10)));
        clock.Advance(TimeSpan.FromSeconds(10));
        RejectedConnection hung = await server.RejectionAsync(2);

        Assert.Contains("out of order", failed.Error.Message, StringComparison.Ordinal);
        Assert.Equal(ChatErrorCode.TurnedAway, hung.Error.Code);
    }

    [Fact]
    public async Task A_session_that_is_let_in_is_like_any_other()
    {
        using ChatServer server = ChatServer.Start(TestServer.Prompt with { Answer = ServerAnswer.Echo, OnConnect = static (_, _) => Task.FromResult(true) });
        using ChatSession client = await server.ConnectClientAsync();
        await client.SendAsync("hello").Within();

        Assert.Equal("hello", (await client.ReceiveAsync().Within())!.Text);
        Assert.Equal(1, server.Accepted);
    }

    [Fact]
    public async Task The_access_token_opens_the_door_and_what_came_with_it_is_not_lost()
    {
        using ChatServer server = ChatServer.Start(Guarded());
        using Socket socket = await server.ConnectPlainAsync();
        await socket.SendAsync("open sesame\r\nfirst\nsec"u8.ToArray());
        await server.WaitForSessionsAsync(1);
        await socket.SendAsync("ond\n"u8.ToArray());

        Assert.Equal("first", (await server.Inbox.TakeAsync())!.Text);
        Assert.Equal("second", (await server.Inbox.TakeAsync())!.Text);
    }

    [Fact]
    public async Task A_client_shows_its_token_by_itself()
    {
        using ChatServer server = ChatServer.Start(Guarded() with { Tls = TlsServer.Tls, Greeting = "welcome" });
        using ChatSession client = await ChatClient.ConnectAsync(server.Client() with { AccessToken = Token() }).Within();

        Assert.Equal("welcome", (await client.ReceiveAsync().Within())!.Text);
        Assert.Equal(0, client.MessagesSent);
    }

    [Theory]
    [InlineData("open sesam\n")]
    [InlineData("open sesame \n")]
    [InlineData("\n")]
    [InlineData("GET / HTTP/1.1\r\n\r\n")]
    public async Task Who_has_another_token_is_denied(string first)
    {
        using ChatServer server = ChatServer.Start(Guarded());
        using Socket socket = await server.ConnectPlainAsync();
        await socket.SendAsync(Encoding.UTF8.GetBytes(first));
        using StreamReader reader = new(new NetworkStream(socket));

        Assert.Equal("Access denied.\n", await reader.ReadToEndAsync(TestContext.Current.CancellationToken).Within());
        RejectedConnection rejected = await server.RejectionAsync();
        Assert.Equal(CloseReason.Rejected, rejected.Reason);
        Assert.Equal(ChatErrorCode.AccessDenied, rejected.Error.Code);
        Assert.DoesNotContain("sesam", rejected.ToString(), StringComparison.Ordinal);
        Assert.Empty(server.AllSessions);
    }

    [Fact]
    public async Task A_flood_instead_of_a_token_is_not_read_on()
    {
        using ChatServer server = ChatServer.Start(Guarded());
        using Socket socket = await server.ConnectPlainAsync();
        await socket.SendAsync(new byte[8192]);

        Assert.Equal(ChatErrorCode.AccessDenied, (await server.RejectionAsync()).Error.Code);
    }

    [Fact]
    public async Task A_token_goes_unprotected_only_where_that_was_said()
    {
        ClientOptions options = new() { ComputerName = "127.0.0.1", Port = 1, AccessToken = Token() };

        await Assert.ThrowsAsync<ArgumentException>(() => ChatClient.ConnectAsync(options));
        ChatException e = await Assert.ThrowsAsync<ChatException>(() => ChatClient.ConnectAsync(options with { AllowUnencryptedAuthentication = true }).Within());
        Assert.Equal(ChatErrorCode.ConnectionRefused, e.Code);
        Assert.DoesNotContain("sesame", $"{options}{options.AccessToken}", StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stop_ends_those_that_wait_to_be_admitted()
    {
        ChatServer server = ChatServer.Start(TlsServer.Options());
        using Socket silent = await server.ConnectPlainAsync();
        await Bounded.EventuallyAsync(() => server.HandshakeCount == 1);
        await server.StopAsync(TestServer.Time).Within();

        Assert.Equal(0, await ReadEndAsync(silent));
        Assert.Equal(0, server.HandshakeCount);
        Assert.Equal(0, server.RejectedCount);
    }

    [Fact]
    public async Task One_at_a_time_the_next_comes_when_one_was_not_admitted()
    {
        using ChatServer server = ChatServer.Start(TlsServer.Options(ServerAnswer.Echo) with { Model = ServerModel.Iterative });
        using Socket plain = await server.ConnectPlainAsync();
        await plain.SendAsync("hello\n"u8.ToArray());
        using ChatSession client = await server.ConnectTlsAsync();
        await client.SendAsync("mine").Within();

        Assert.Equal("mine", (await client.ReceiveAsync().Within())!.Text);
    }

    private static ServerOptions MutualTls() => TlsServer.Options() with { Tls = TlsServer.Tls with { ClientTrust = Identities.Trust } };

    private static ServerOptions Guarded() => TestServer.Prompt with { AccessToken = Token() };

    private static AccessToken Token() => new("open sesame", Encoding.UTF8);

    /// <summary>With TLS 1.3 the client has connected before the server looks at its certificate.</summary>
    private static async Task AssertRefusedAsync(ChatServer server, TlsClientOptions tls)
    {
        using ChatSession client = await server.ConnectTlsAsync(tls);
        await client.WaitForCloseAsync().Within();
        Assert.Equal(CloseReason.HandshakeFailed, client.CloseReason);
        Assert.Contains("certificate", Assert.IsType<ChatException>(client.Error).Message, StringComparison.Ordinal);
    }

    private static async Task<int> ReadEndAsync(Socket socket)
    {
        try
        {
            return await socket.ReceiveAsync(new byte[100]).Within();
        }
        catch (SocketException)
        {
            return 0;
        }
    }
}
