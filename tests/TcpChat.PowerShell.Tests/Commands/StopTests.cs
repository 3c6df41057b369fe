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
    [InlineData("Wait-TcpChatSession $client")]
    [InlineData("Wait-TcpChatSession -Server $server -Count 9")]
    public void A_wait_ends_at_once_and_what_comes_next_can_be_had(string wait)
    {
        _engine.Run("$server = Start-TcpChatServer; $client = Connect-TcpChat -Port $server.Port; $null = Wait-TcpChatSession -Server $server");
        using (RunningScript waiting = _engine.Begin("'begun'; " + wait))
        {
            waiting.Next();
            Assert.InRange(waiting.Stop(), TimeSpan.Zero, s_limit);
            Assert.Equal(PSInvocationState.Stopped, waiting.State);
            Assert.Empty(waiting.End(s_limit).Errors);
        }

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
        using RunningScript connecting = _engine.Begin("param($Port) 'begun'; Connect-TcpChat 127.0.0.1 $Port", peer.Port);
        connecting.Next();
        Assert.InRange(connecting.Stop(), TimeSpan.Zero, s_limit);
        Assert.Empty(connecting.End(s_limit).Errors);
    }

    [Fact]
    public async Task Sending_to_a_peer_that_never_reads_ends_at_once()
    {
        await using ListeningPeer peer = Peer.Listen("never-reads", new PeerOptions { Address = IPAddress.Loopback });
        using RunningScript sending = _engine.Begin(
            """
            param($Port)
            $client = Connect-TcpChat 127.0.0.1 $Port
            $block = [byte[]]::new(1000000)
            while ($true) { Send-TcpMessage $block $client; if ($client.OutboxLength -gt 0) { 'full' } }
            """,
            peer.Port);
        sending.Next();
        Assert.InRange(sending.Stop(), TimeSpan.Zero, s_limit);
        Assert.Empty(sending.End(s_limit).Errors);
    }
}
