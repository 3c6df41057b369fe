using System.Net;
using System.Net.Sockets;
using TcpChat.Clients;
using TcpChat.Core.Tests.Tls;
using TcpChat.Errors;
using TcpChat.Framing;
using TcpChat.Security;
using TcpChat.Servers;
using TcpChat.Sessions;
using TcpChat.TestPeer;

namespace TcpChat.Core.Tests.Clients;

/// <summary>What a test of a connection finds with each kind of peer, and that it never throws it.</summary>
public sealed class ConnectionProbeTests
{
    private static readonly TimeSpan s_time = TimeSpan.FromSeconds(10);

    private readonly ManualTimeProvider _clock = new();

    [Fact]
    public async Task A_port_that_accepts_is_a_success_and_nothing_is_sent_to_it()
    {
        await using ListeningPeer peer = Peer.Listen("record");

        ChatTestResult result = await RunAsync(peer.Port);

        Assert.True(result.Succeeded);
        Assert.Equal("127.0.0.1", result.ComputerName);
        Assert.Equal(peer.Port, result.Port);
        Assert.Equal(IPAddress.Loopback, result.RemoteAddress);
        Assert.Equal([IPAddress.Loopback], result.ResolvedAddresses);
        Assert.NotNull(result.ResolveTime);
        Assert.NotNull(result.ConnectTime);
        Assert.Equal((0, 0, 0), (result.Sent, result.Received, result.UnexpectedMessages));
        Assert.Null(result.MedianTime);
        Assert.Null(result.Error);
        PeerConnection connection = await peer.WaitForConnectionAsync();
        Assert.Equal(PeerEnd.Eof, await connection.WaitForEndAsync());
        Assert.Equal(string.Empty, connection.ReceivedText);
    }

    [Fact]
    public async Task Every_round_trip_to_an_echo_is_counted_and_timed()
    {
        await using ListeningPeer peer = Peer.Listen("echo");

        ChatTestResult result = await RunAsync(peer.Port, 5);

        Assert.True(result.Succeeded, result.Error);
        Assert.Equal((5, 5, 0), (result.Sent, result.Received, result.UnexpectedMessages));
        Assert.Equal(5, result.RoundTripTimes.Count);
        Assert.InRange(result.MedianTime!.Value, result.MinimumTime!.Value, result.MaximumTime!.Value);
        PeerConnection connection = await peer.WaitForConnectionAsync();
        Assert.Equal(PeerEnd.Eof, await connection.WaitForEndAsync());
        Assert.Equal(string.Concat(Enumerable.Repeat("are you there?\n", 5)), connection.ReceivedText);
    }

    [Fact]
    public async Task Times_are_those_of_the_clock()
    {
        await using ListeningPeer peer = Peer.Listen("record");
        Task<ChatTestResult> run = RunAsync(peer.Port, 4, clock: _clock);
        PeerConnection connection = await peer.WaitForConnectionAsync();
        int received = 0;
        foreach (int milliseconds in new[] { 30, 10, 2, 20 })
        {
            received += "are you there?\n".Length;
            await connection.WaitForBytesAsync(received);
            _clock.Advance(TimeSpan.FromMilliseconds(milliseconds));
            await connection.SendAsync("are you there?\n");
        }

        ChatTestResult result = await run.Within();

        Assert.Equal([30, 10, 2, 20], result.RoundTripTimes);
        Assert.Equal((2, 15, 30), (result.MinimumTime, result.MedianTime, result.MaximumTime));
        Assert.Equal(0, result.ResolveTime);
    }

    [Fact]
    public async Task A_greeting_is_passed_over_and_told()
    {
        await using ListeningPeer peer = Peer.Listen("record");
        Task<ChatTestResult> run = RunAsync(peer.Port, 1);
        PeerConnection connection = await peer.WaitForConnectionAsync();

        await connection.SendAsync("220 welcome\nare you there?\n");

        ChatTestResult result = await run.Within();
        Assert.True(result.Succeeded, result.Error);
        Assert.Equal((1, 1), (result.Received, result.UnexpectedMessages));
    }

    [Fact]
    public async Task Another_answer_than_what_was_sent_is_told_when_the_time_is_up()
    {
        await using ListeningPeer peer = Peer.Listen("record");
        Task<ChatTestResult> run = RunAsync(peer.Port, 2, clock: _clock);
        PeerConnection connection = await peer.WaitForConnectionAsync();

        // The second message tells that all of this has been read.
        await connection.SendAsync("what?\nare you there?\n");
        await connection.WaitForBytesAsync(2 * "are you there?\n".Length);
        _clock.Advance(s_time);

        ChatTestResult result = await run.Within();
        Assert.False(result.Succeeded);
        Assert.Equal(ChatErrorCode.UnexpectedAnswer, result.ErrorCode);
        Assert.Equal((2, 1, 1), (result.Sent, result.Received, result.UnexpectedMessages));
    }

    [Fact]
    public async Task A_message_that_does_not_come_back_in_time_is_lost_and_ends_the_test()
    {
        await using ListeningPeer peer = Peer.Listen("record");
        Task<ChatTestResult> run = RunAsync(peer.Port, 3, clock: _clock);
        PeerConnection connection = await peer.WaitForConnectionAsync();
        await connection.WaitForBytesAsync(1);

        _clock.Advance(s_time);

        ChatTestResult result = await run.Within();
        Assert.Equal(ChatErrorCode.ReceiveTimeout, result.ErrorCode);
        Assert.Equal((1, 0), (result.Sent, result.Received));
        Assert.NotNull(result.ConnectTime);
        Assert.Contains("0 of 3", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_peer_that_closes_in_the_middle_fails_with_what_had_come_back()
    {
        await using ListeningPeer peer = Peer.Listen("record");
        Task<ChatTestResult> run = RunAsync(peer.Port, 3);
        PeerConnection connection = await peer.WaitForConnectionAsync();
        await connection.SendAsync("are you there?\n");
        await connection.WaitForBytesAsync(2 * "are you there?\n".Length);
        connection.HalfClose();

        ChatTestResult result = await run.Within();

        Assert.Equal(ChatErrorCode.SessionClosed, result.ErrorCode);
        Assert.Contains("PeerClosed", result.Error, StringComparison.Ordinal);
        Assert.Contains("1 of 3", result.Error, StringComparison.Ordinal);
        Assert.Equal((2, 1), (result.Sent, result.Received));
    }

    [Fact]
    public async Task A_peer_that_resets_fails()
    {
        await using ListeningPeer peer = Peer.Listen("reset-after?bytes=15");

        ChatTestResult result = await RunAsync(peer.Port, 2);

        Assert.False(result.Succeeded);
        Assert.Equal(ChatErrorCode.SessionClosed, result.ErrorCode);
        Assert.NotNull(result.RemoteAddress);
    }

    [Fact]
    public async Task Garbage_is_no_echo()
    {
        await using ListeningPeer peer = Peer.Listen("garbage?bytes=5000&then=half-close");

        ChatTestResult result = await RunAsync(peer.Port, 1);

        Assert.Equal(ChatErrorCode.SessionClosed, result.ErrorCode);
        Assert.True(result.UnexpectedMessages > 0);
    }

    [Fact]
    public async Task In_a_raw_stream_the_echo_may_come_in_pieces()
    {
        await using ListeningPeer peer = Peer.Listen("record");
        Task<ChatTestResult> run = RunAsync(peer.Port, 1, framing: new RawFraming());
        PeerConnection connection = await peer.WaitForConnectionAsync();
        await connection.WaitForBytesAsync("are you there?".Length);

        await connection.SendAsync("are you");
        await connection.SendAsync(" there?");

        Assert.True((await run.Within()).Succeeded);
        Assert.Equal("are you there?", connection.ReceivedText);
    }

    [Fact]
    public async Task Where_nobody_listens_the_addresses_are_told_all_the_same()
    {
        ChatTestResult result = await RunAsync(ClosedPort.Find(), 1);

        Assert.Equal(ChatErrorCode.ConnectionRefused, result.ErrorCode);
        Assert.NotEmpty(result.Error!);
        Assert.Equal([IPAddress.Loopback], result.ResolvedAddresses);
        Assert.NotNull(result.ResolveTime);
        Assert.Null(result.ConnectTime);
        Assert.Null(result.RemoteAddress);
        Assert.Equal(0, result.Sent);
    }

    [Fact]
    public async Task A_name_that_nobody_knows_is_told()
    {
        ConnectionProbe probe = new(
            Options(1, 0), (_, _) => Task.FromException<IPAddress[]>(new SocketException((int)SocketError.HostNotFound)));

        ChatTestResult result = await probe.RunAsync().Within();

        Assert.Equal(ChatErrorCode.NameNotFound, result.ErrorCode);
        Assert.Empty(result.ResolvedAddresses);
        Assert.Null(result.ResolveTime);
    }

    [Fact]
    public async Task A_resolver_that_does_not_answer_is_told_when_the_time_is_up()
    {
        ConnectionProbe probe = new(Options(1, 0, _clock), (_, _) => new TaskCompletionSource<IPAddress[]>().Task);
        Task<ChatTestResult> run = probe.RunAsync();

        _clock.Advance(s_time);

        ChatTestResult result = await run.Within();
        Assert.Equal(ChatErrorCode.ConnectTimeout, result.ErrorCode);
        Assert.Contains("resolved", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_that_does_not_answer_is_told_when_the_time_is_up()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "A full accept queue lets connects wait on Linux only.");
        await using ListeningPeer dead = Peer.Listen("never-accepts");
        Task<ChatTestResult> run = RunAsync(dead.Port, clock: _clock);

        _clock.Advance(s_time);

        ChatTestResult result = await run.Within();
        Assert.Equal(ChatErrorCode.ConnectTimeout, result.ErrorCode);
        Assert.Null(result.ConnectTime);
    }

    [Fact]
    public async Task Text_that_the_encoding_does_not_have_is_told_and_not_sent()
    {
        await using ListeningPeer peer = Peer.Listen("echo");
        ProbeOptions options = Options(peer.Port, 1) with { Message = "\uD800" };

        ChatTestResult result = await new ConnectionProbe(options).RunAsync().Within();

        Assert.Equal(ChatErrorCode.TextNotEncodable, result.ErrorCode);
        Assert.Equal(0, result.Sent);
    }

    [Fact]
    public async Task Cancelling_ends_the_test_and_its_connection()
    {
        await using ListeningPeer peer = Peer.Listen("record");
        using CancellationTokenSource cancel = new();
        Task<ChatTestResult> run = new ConnectionProbe(Options(peer.Port, 1)).RunAsync(cancel.Token);
        PeerConnection connection = await peer.WaitForConnectionAsync();
        await connection.WaitForBytesAsync(1);

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.Within());
        await connection.WaitForEndAsync();
    }

    [Fact]
    public async Task A_TLS_handshake_is_a_step_of_its_own()
    {
        using ChatServer server = ChatServer.Start(TlsServer.Options(ServerAnswer.Echo));

        ChatTestResult result = await new ConnectionProbe(new ProbeOptions { Client = server.Client(), Count = 2 }).RunAsync().Within();

        Assert.True(result.Succeeded, result.Error);
        Assert.Equal(2, result.Received);
        Assert.NotNull(result.TlsTime);
        Assert.Equal("CN=localhost", result.Tls!.PeerSubject);
        Assert.Equal(Identities.Server.Certificate.NotAfter, result.CertificateExpiresAt);
    }

    [Fact]
    public async Task A_certificate_that_is_not_accepted_is_a_result_that_has_it()
    {
        using ChatServer server = ChatServer.Start(TlsServer.Options());

        ChatTestResult result = await new ConnectionProbe(
            new ProbeOptions { Client = server.Client(new TlsClientOptions { Trust = Identities.OtherTrust }) }).RunAsync().Within();

        Assert.Equal(ChatErrorCode.CertificateNotTrusted, result.ErrorCode);
        Assert.NotNull(result.ConnectTime);
        Assert.Null(result.TlsTime);
        Assert.Null(result.Tls);
        Assert.Equal(Identities.Server.Certificate.RawData, result.PeerCertificate!.RawData);
    }

    [Fact]
    public async Task A_peer_that_does_not_answer_the_handshake_is_told_when_the_time_is_up()
    {
        await using ListeningPeer peer = Peer.Listen("record");
        ProbeOptions options = Options(peer.Port, 1, _clock);
        Task<ChatTestResult> run = new ConnectionProbe(options with { Client = options.Client with { Tls = new TlsClientOptions() } }).RunAsync().Within();
        PeerConnection connection = await peer.WaitForConnectionAsync();
        await connection.WaitForBytesAsync(1);
        _clock.Advance(s_time);

        ChatTestResult result = await run;

        Assert.Equal(ChatErrorCode.HandshakeTimeout, result.ErrorCode);
        Assert.Contains("10 s", result.Error, StringComparison.Ordinal);
        await connection.WaitForEndAsync();
    }

    [Fact]
    public async Task A_server_that_refuses_the_client_after_the_handshake_is_told_by_a_round_trip()
    {
        using ChatServer server = ChatServer.Start(TlsServer.Options() with { Tls = TlsServer.Tls with { ClientTrust = Identities.Trust } });

        ChatTestResult result = await new ConnectionProbe(new ProbeOptions { Client = server.Client(), Count = 1 }).RunAsync().Within();

        Assert.Equal(ChatErrorCode.HandshakeFailed, result.ErrorCode);
        Assert.Contains("certificate", result.Error, StringComparison.Ordinal);
        Assert.NotNull(result.TlsTime);
    }

    private static Task<ChatTestResult> RunAsync(int port, int count = 0, TimeProvider? clock = null, MessageFraming? framing = null) =>
        new ConnectionProbe(Options(port, count, clock, framing)).RunAsync().Within();

    private static ProbeOptions Options(int port, int count, TimeProvider? clock = null, MessageFraming? framing = null) => new()
    {
        Client = new ClientOptions
        {
            ComputerName = "127.0.0.1",
            Port = port,
            ConnectTimeout = s_time,
            Session = new SessionOptions { TimeProvider = clock ?? TimeProvider.System, Framing = framing ?? new LineFraming() },
        },
        Count = count,
        Message = "are you there?",
    };
}
