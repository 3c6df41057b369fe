using System.Management.Automation;
using System.Net;
using TcpChat.TestPeer;

namespace TcpChat.PowerShell.Tests.Commands;

/// <summary>Ctrl+C ends every wait at once, without an error, and what comes next can still be had.</summary>
public sealed class StopTests(Engine engine) : IClassFixture<Engine>
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMilliseconds(500);

    private readonly Engine _engine = engine;

    [Theory]
    [InlineData("Receive-TcpMessage $client")]
    [InlineData("Receive-TcpMessage $client -Follow")]
    [InlineData("Receive-TcpMessage $server")]
    [InlineData("Receive-TcpMessage $server -Follow")]
    [InlineData("Wait-TcpMessage nothing $client")]
    [InlineData("Wait-TcpChatSession $client")]
    [InlineData("Enter-TcpChat $client -IdleTimeoutSec 60")]
    [InlineData("Enter-TcpChat -AsOperator $server -IdleTimeoutSec 60")]
    [InlineData("Wait-TcpChatSession -Server $server -Count 9")]
    public void A_wait_ends_at_once_and_what_comes_next_can_be_had(string wait)
    {
        _engine.Run("$server = Start-TcpChatServer; $client = Connect-TcpChat -Port $server.Port; $null = Wait-TcpChatSession -Server $server");
        StopsAtOnce(() => _engine.Begin("'begun'; " + wait));

        Assert.Equal("to server|to client", _engine.Text(
            """
            Send-TcpMessage 'to server' $client; Receive-TcpMessage $server | ForEach-Object Text
            Send-TcpMessage 'to client' $server.Sessions[0]; Receive-TcpMessage $client | ForEach-Object Text
            """));
    }

    [Fact]
    public async Task Connecting_to_a_peer_that_never_accepts_ends_at_once()
    {
        await using ListeningPeer peer = Peer.Listen("never-accepts");
        StopsAtOnce(() => _engine.Begin("param($Port) 'begun'; Connect-TcpChat 127.0.0.1 $Port", peer.Port));
    }

    [Fact]
    public async Task Sending_to_a_peer_that_never_reads_ends_at_once()
    {
        await using ListeningPeer peer = Peer.Listen("never-reads", new PeerOptions { Address = IPAddress.Loopback });
        StopsAtOnce(() => _engine.Begin(
            """
            param($Port)
            $client = Connect-TcpChat 127.0.0.1 $Port
            $block = [byte[]]::new(1000000)
            while ($true) { Send-TcpMessage $block $client; if ($client.OutboxLength -gt 0) { 'full' } }
            """,
            peer.Port));
    }

    [Theory]
    [InlineData("Invoke-TcpRequest ask $client")]
    [InlineData("Invoke-TcpRequest ask $client -IdleTimeoutSec 60")]
    [InlineData("Invoke-TcpRequest ask $client -Until nothing")]
    [InlineData("Invoke-TcpRequest ask $client -AsByteStream -Count 2")]
    public void A_request_on_a_session_ends_at_once_and_what_came_or_comes_stays(string request)
    {
        _engine.Run("$server = Start-TcpChatServer; $client = Connect-TcpChat -Port $server.Port; $there = Wait-TcpChatSession -Server $server");
        StopsAtOnce(() => _engine.Begin("'begun'; " + request));

        Assert.Equal("late|later", _engine.Text("'late', 'later' | Send-TcpMessage -Session $there; Receive-TcpMessage $client -Count 2 | ForEach-Object Text"));
    }

    [Theory]
    [InlineData("-AsByteStream -Count 3")]
    [InlineData("-AsByteStream -IdleTimeoutSec 60")]
    [InlineData("-Until nothing")]
    public void A_part_of_an_answer_that_has_not_been_given_is_still_there(string end)
    {
        dynamic client = _engine.Get<object>("$server = Start-TcpChatServer -OnMessage { 'first', 'second' }; ($client = Connect-TcpChat -Port $server.Port)");
        using RunningScript script = _engine.Begin("Invoke-TcpRequest ask $client " + end);
        Assert.True(SpinWait.SpinUntil(() => client.InboxLength == 2, TimeSpan.FromSeconds(20)), "The answer did not come.");

        Assert.InRange(script.Stop(), TimeSpan.Zero, s_limit);

        Assert.Empty(script.End(TimeSpan.FromSeconds(5)).Output);
        Assert.Equal("first|second", _engine.Text("Receive-TcpMessage $client -Count 2 | ForEach-Object Text"));
    }

    [Theory]
    [InlineData("Invoke-TcpRequest ask -ComputerName 127.0.0.1 -Port $args[0]")]
    [InlineData("Invoke-TcpRequest ask -ComputerName 127.0.0.1 -Port $args[0] -Until nothing")]
    [InlineData("Test-TcpChat 127.0.0.1 $args[0] -Count 1 -TimeoutSec 60")]
    [InlineData("Connect-TcpChat 127.0.0.1 $args[0] -UseTls -TimeoutSec 60")]
    [InlineData("Invoke-TcpRequest ask -ComputerName 127.0.0.1 -Port $args[0] -UseTls")]
    [InlineData("Test-TcpChat 127.0.0.1 $args[0] -UseTls -TimeoutSec 60")]
    [InlineData("Enter-TcpChat -ComputerName 127.0.0.1 -Port $args[0] -UseTls -TimeoutSec 60")]
    public async Task A_request_with_a_connection_of_its_own_ends_at_once_and_so_does_the_connection(string request)
    {
        await using ListeningPeer peer = Peer.Listen("record");
        using RunningScript script = _engine.Begin("'begun'; " + request, peer.Port);
        PeerConnection connection = await peer.WaitForConnectionAsync(cancellationToken: TestContext.Current.CancellationToken);
        await connection.WaitForBytesAsync(1, TestContext.Current.CancellationToken);

        TimeSpan time = script.Stop();

        Assert.InRange(time, TimeSpan.Zero, s_limit);
        await connection.WaitForEndAsync(TestContext.Current.CancellationToken);
        Assert.Empty(script.End(TimeSpan.FromSeconds(5)).Errors);
    }

    [Theory]
    [InlineData("Test-TcpChat 127.0.0.1 $args[0] -TimeoutSec 60")]
    [InlineData("Invoke-TcpRequest ask -ComputerName 127.0.0.1 -Port $args[0]")]
    public async Task Asking_a_peer_that_never_accepts_ends_at_once(string request)
    {
        await using ListeningPeer peer = Peer.Listen("never-accepts");
        StopsAtOnce(() => _engine.Begin("'begun'; " + request, peer.Port));
    }

    /// <summary>Stops the script once it has written something. A machine that is busy with other tests gets a second and a third chance.</summary>
    private static void StopsAtOnce(Func<RunningScript> begin)
    {
        TimeSpan time = TimeSpan.MaxValue;
        for (int attempt = 0; attempt < 3 && time > s_limit; attempt++)
        {
            using RunningScript script = begin();
            script.Next();
            time = script.Stop();
            Assert.Equal(PSInvocationState.Stopped, script.State);
            Assert.Empty(script.End(TimeSpan.FromSeconds(5)).Errors);
        }

        Assert.InRange(time, TimeSpan.Zero, s_limit);
    }
}
