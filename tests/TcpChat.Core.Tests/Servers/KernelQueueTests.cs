using System.Net;
using System.Net.Sockets;
using TcpChat.Servers;
using TcpChat.Sessions;
using TcpChat.TestPeer;

namespace TcpChat.Core.Tests.Servers;

/// <summary>What the system says about connections that nobody has accepted yet.</summary>
public sealed class KernelQueueTests
{
    private const string Header = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode";

    private static readonly string[] s_tcp =
    [
        Header,
        "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 21 1 0000000000000000 100 0 0 10 0",
        "   1: 0100007F:1F90 0100007F:D280 03 00000000:00000000 01:00000063 00000000     0        0 0 1 0000000000000000",
        "   2: 0100007F:1F90 0100007F:D281 01 00000000:00000000 00:00000000 00000000     0        0 0 1 0000000000000000",
        "   3: 0200007F:1F90 0100007F:D282 03 00000000:00000000 01:00000063 00000000     0        0 0 1 0000000000000000",
        "   4: 0100007F:1F91 0100007F:D283 03 00000000:00000000 01:00000063 00000000     0        0 0 1 0000000000000000",
        "   5: 0100007F:D284 0100007F:1F90 03 00000000:00000000 01:00000063 00000000     0        0 0 1 0000000000000000",
        "1006: 0100007F:1F90 0100007F:D285 03 00000000:00000000 01:00000063 00000000     0        0 0 1 0000000000000000",
        "",
        "   7: 0100007F:1F90 0100",
    ];

    private static readonly string[] s_tcp6 =
    [
        Header,
        "   0: 00000000000000000000000000000000:1F90 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000",
        "   1: 00000000000000000000000001000000:1F90 00000000000000000000000001000000:E094 03 00000000:00000000 01:00000063 00000000",
        "   2: 0000000000000000FFFF00000100007F:1F90 0000000000000000FFFF00000100007F:DCFA 03 00000000:00000000 01:00000063 00000000",
        "   3: B80D01200000000067452301EFCDAB89:1F90 00000000000000000000000001000000:E095 03 00000000:00000000 01:00000063 00000000",
        "   4: 00000000000000000000000001000000:1F91 00000000000000000000000001000000:E096 03 00000000:00000000 01:00000063 00000000",
    ];

    [Theory]
    [InlineData("127.0.0.1:8080", 2)]
    [InlineData("127.0.0.2:8080", 1)]
    [InlineData("127.0.0.1:8081", 1)]
    [InlineData("127.0.0.1:8082", 0)]
    [InlineData("0.0.0.0:8080", 3)]
    public void Handshakes_are_counted_by_port_and_address_in_the_table_of_IPv4(string listener, int expected) =>
        Assert.Equal(expected, KernelQueues.CountHandshakes(s_tcp, IPEndPoint.Parse(listener)));

    [Theory]
    [InlineData("[::1]:8080", 1)]
    [InlineData("[2001:db8::123:4567:89ab:cdef]:8080", 1)]
    [InlineData("[::]:8080", 3)]
    [InlineData("[::2]:8080", 0)]
    public void Handshakes_are_counted_by_port_and_address_in_the_table_of_IPv6(string listener, int expected) =>
        Assert.Equal(expected, KernelQueues.CountHandshakes(s_tcp6, IPEndPoint.Parse(listener)));

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("0.0.0.0")]
    [InlineData("::")]
    public async Task A_handshake_that_its_client_does_not_complete_is_in_the_SYN_queue(string address)
    {
        SkipUnlessLinux();
        Assert.SkipUnless(address != "::" || Socket.OSSupportsIPv6, "This machine has no IPv6.");
        using ChatServer server = ChatServer.Start(new ServerOptions { Address = IPAddress.Parse(address) });
        Assert.Equal(0, server.SynQueueLength);
        using Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        Assert.True(BlackHole.TryDropEverything(client));

        Task connecting = client.ConnectAsync(IPAddress.Loopback, server.Port());
        await Bounded.EventuallyAsync(() => server.SynQueueLength == 1);

        Assert.Equal(0, server.AcceptQueueLength);
        Assert.Equal(0, server.Accepted);
        Assert.False(connecting.IsCompleted);
        client.Dispose();
        await Assert.ThrowsAnyAsync<Exception>(() => connecting.Within());
    }

    [Fact]
    public async Task Who_waits_for_an_iterative_server_is_in_the_accept_queue_until_it_is_accepted()
    {
        SkipUnlessLinux();
        using ChatServer server = ChatServer.Start(TestServer.Prompt with { Model = ServerModel.Iterative, Answer = ServerAnswer.Echo });
        using ChatSession first = await server.ConnectClientAsync();
        await server.WaitForAcceptedAsync(1);
        Assert.Equal(0, server.AcceptQueueLength);

        using ChatSession second = await server.ConnectClientAsync();
        await second.SendAsync("is anybody there?").Within();
        await Bounded.EventuallyAsync(() => server.AcceptQueueLength == 1);
        Assert.Equal(1, server.Accepted);

        await first.CloseAsync(TestServer.Time).Within();
        Assert.Equal("is anybody there?", (await second.ReceiveAsync().Within())?.Text);
        Assert.Equal(0, server.AcceptQueueLength);
        Assert.Equal(0, server.SynQueueLength);
    }

    [Fact]
    public async Task A_server_that_has_stopped_has_no_queues()
    {
        ChatServer server = ChatServer.Start(new ServerOptions());

        await server.StopAsync(TestServer.Time).Within();

        Assert.Null(server.AcceptQueueLength);
        Assert.Null(server.SynQueueLength);
    }

    [Fact]
    public void Where_the_system_cannot_say_there_is_no_number()
    {
        Assert.SkipWhen(OperatingSystem.IsLinux(), "Linux can say.");
        using ChatServer server = ChatServer.Start(new ServerOptions());

        Assert.Null(server.AcceptQueueLength);
        Assert.Null(server.SynQueueLength);
    }

    private static void SkipUnlessLinux() => Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux tells of these queues.");
}
