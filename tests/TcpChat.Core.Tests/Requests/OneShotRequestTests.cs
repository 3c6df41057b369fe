using TcpChat.Clients;
using TcpChat.Core.Tests.Clients;
using TcpChat.Errors;
using TcpChat.Framing;
using TcpChat.Patterns;
using TcpChat.Requests;
using TcpChat.Sessions;
using TcpChat.TestPeer;

namespace TcpChat.Core.Tests.Requests;

/// <summary>A request with a connection for itself: what comes of it, and that the connection ends with it.</summary>
public sealed class OneShotRequestTests
{
    private static readonly TimeSpan s_time = TimeSpan.FromSeconds(10);

    private readonly ManualTimeProvider _clock = new();

    [Fact]
    public async Task What_is_sent_comes_back_from_an_echo_and_the_connection_is_closed_in_order()
    {
        await using ListeningPeer peer = Peer.Listen("echo");

        RequestResult result = await RunAsync(Options(peer.Port));

        Assert.Null(result.Error);
        Assert.Equal("hello", Assert.Single(result.Answer).Text);
        PeerConnection connection = await peer.WaitForConnectionAsync();
        Assert.Equal(PeerEnd.Eof, await connection.WaitForEndAsync());
        Assert.Equal("hello\n", connection.ReceivedText);
    }

    [Fact]
    public async Task Bytes_go_as_they_are()
    {
        await using ListeningPeer peer = Peer.Listen("echo");
        RequestOptions options = Options(peer.Port, framing: new RawFraming()) with { Text = null, Bytes = new byte[] { 1, 0, 255 } };

        RequestResult result = await RunAsync(options);

        Assert.Equal([1, 0, 255], Assert.Single(result.Answer).Bytes);
    }

    [Fact]
    public async Task What_came_before_an_error_is_part_of_the_result()
    {
        await using ListeningPeer peer = Peer.Listen("glued?text=a,b&then=half-close");

        RequestResult result = await RunAsync(Options(peer.Port) with { End = new AnswerEnd(3) });

        Assert.Equal(["a", "b"], result.Answer.Select(static m => m.Text));
        Assert.Equal(ChatErrorCode.SessionClosed, result.Error?.Code);
        Assert.Contains($"127.0.0.1 port {peer.Port}", result.Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_of_unknown_length_ends_when_the_peer_closes()
    {
        await using ListeningPeer peer = Peer.Listen("glued?text=a,b,c&then=half-close");

        RequestResult result = await RunAsync(Options(peer.Port) with { End = new AnswerEnd(int.MaxValue, s_time) });

        Assert.Null(result.Error);
        Assert.Equal(3, result.Answer.Count);
    }

    [Fact]
    public async Task A_silent_peer_costs_no_more_than_the_time()
    {
        await using ListeningPeer peer = Peer.Listen("record");
        Task<RequestResult> run = RunAsync(Options(peer.Port, _clock));
        PeerConnection connection = await peer.WaitForConnectionAsync();
        await connection.WaitForBytesAsync("hello\n".Length);

        _clock.Advance(s_time);

        RequestResult result = await run;
        Assert.Equal(ChatErrorCode.ReceiveTimeout, result.Error?.Code);
        Assert.Empty(result.Answer);
        await connection.WaitForEndAsync();
    }

    [Fact]
    public async Task A_peer_that_resets_is_told_as_such()
    {
        await using ListeningPeer peer = Peer.Listen("reset-after?bytes=6");

        RequestResult result = await RunAsync(Options(peer.Port));

        Assert.Equal(ChatErrorCode.SessionClosed, result.Error?.Code);
        Assert.Contains("PeerReset", result.Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_that_never_ends_comes_to_a_limit()
    {
        await using ListeningPeer peer = Peer.Listen("flood?lines=100000&size=11");

        RequestResult result = await RunAsync(Options(peer.Port) with { End = new AnswerEnd(int.MaxValue, s_time), MaximumAnswerSize = 100_000 });

        Assert.Equal(ChatErrorCode.MessageTooLarge, result.Error?.Code);
        Assert.InRange(result.Answer.Count, 900, 950);
    }

    [Fact]
    public async Task Where_nobody_listens_that_is_the_result()
    {
        RequestResult result = await RunAsync(Options(ClosedPort.Find()));

        Assert.Equal(ChatErrorCode.ConnectionRefused, result.Error?.Code);
    }

    [Fact]
    public async Task A_pattern_ends_the_answer_in_the_middle_of_a_line()
    {
        await using ListeningPeer peer = Peer.Listen("send?text=welcome%0Alogin:%20&end=none");

        RequestResult result = await RunAsync(Options(peer.Port) with { Until = new PatternSet(["(log)in: "]) });

        Assert.Null(result.Error);
        Assert.Equal("welcome\nlogin: ", result.Match?.Text);
        Assert.Empty(result.Answer);
    }

    [Fact]
    public async Task A_pattern_that_does_not_come_is_an_error_with_what_came()
    {
        await using ListeningPeer peer = Peer.Listen("send?text=welcome&then=half-close");

        RequestResult result = await RunAsync(Options(peer.Port) with { Until = new PatternSet(["login"]) });

        Assert.Equal(ChatErrorCode.SessionClosed, result.Error?.Code);
        Assert.Equal("welcome\n", result.Error?.Received);
        Assert.Null(result.Match);
    }

    [Fact]
    public async Task Cancelling_cuts_the_connection()
    {
        await using ListeningPeer peer = Peer.Listen("record");
        using CancellationTokenSource cancel = new();
        Task<RequestResult> run = OneShotRequest.RunAsync(Options(peer.Port), cancel.Token);
        PeerConnection connection = await peer.WaitForConnectionAsync();
        await connection.WaitForBytesAsync(1);

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.Within());
        Assert.Equal(PeerEnd.Reset, await connection.WaitForEndAsync());
    }

    private static Task<RequestResult> RunAsync(RequestOptions options) => OneShotRequest.RunAsync(options).Within();

    private static RequestOptions Options(int port, TimeProvider? clock = null, MessageFraming? framing = null) => new()
    {
        Client = new ClientOptions
        {
            ComputerName = "127.0.0.1",
            Port = port,
            ConnectTimeout = s_time,
            Session = new SessionOptions { TimeProvider = clock ?? TimeProvider.System, Framing = framing ?? new LineFraming() },
        },
        Text = "hello",
    };
}
