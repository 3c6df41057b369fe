using System.Net;
using System.Net.Sockets;
using TcpChat.Clients;
using TcpChat.Errors;
using TcpChat.Servers;
using TcpChat.Sessions;
using TcpChat.TestPeer;

namespace TcpChat.Core.Tests.Servers;

/// <summary>Where a server can listen, and what it says where it cannot.</summary>
public sealed class ListenTests
{
    [Fact]
    public async Task It_listens_on_loopback_at_a_port_the_system_chose()
    {
        using ChatServer server = ChatServer.Start(new ServerOptions { Answer = ServerAnswer.Echo });

        Assert.Equal(IPAddress.Loopback, server.LocalEndPoint.Address);
        Assert.NotEqual(0, server.LocalEndPoint.Port);
        Assert.True(server.IsListening);
        await AssertEchoesAsync(server, "127.0.0.1");
    }

    [Fact]
    public async Task It_listens_on_IPv6()
    {
        SkipWithoutIPv6();
        using ChatServer server = ChatServer.Start(new ServerOptions { Address = IPAddress.IPv6Loopback, Answer = ServerAnswer.Echo });

        await AssertEchoesAsync(server, "::1");
    }

    [Fact]
    public async Task Any_IPv6_address_listens_on_IPv4_too_and_shows_plain_addresses()
    {
        SkipWithoutIPv6();
        using ChatServer server = ChatServer.Start(new ServerOptions { Address = IPAddress.IPv6Any, Answer = ServerAnswer.Echo });

        await AssertEchoesAsync(server, "127.0.0.1");
        await AssertEchoesAsync(server, "::1");

        await server.WaitForAcceptedAsync(2);
        List<ChatSession> sessions = [.. server.Sessions, .. server.EndedSessions];
        Assert.Equal(["127.0.0.1", "::1"], sessions.Select(s => Address(s.RemoteEndPoint)).Order(StringComparer.Ordinal));
        Assert.Equal(["127.0.0.1", "::1"], sessions.Select(s => Address(s.LocalEndPoint)).Order(StringComparer.Ordinal));
        Assert.Contains(sessions, s => s.Name.StartsWith("127.0.0.1:", StringComparison.Ordinal));
    }

    [Fact]
    public void A_port_in_use_is_said_to_be()
    {
        using ChatServer server = ChatServer.Start(new ServerOptions());

        ChatException e = Assert.Throws<ChatException>(() => ChatServer.Start(new ServerOptions { Port = server.Port() }));

        Assert.Equal(ChatErrorCode.PortInUse, e.Code);
        Assert.Contains($"127.0.0.1:{server.Port()}", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_address_that_is_not_this_machines_is_said_to_be()
    {
        // 192.0.2.0/24 is for documentation (RFC 5737): nobody has it.
        ServerOptions options = new() { Address = IPAddress.Parse("192.0.2.1") };

        ChatException e = Assert.Throws<ChatException>(() => ChatServer.Start(options));

        Assert.Equal(ChatErrorCode.AddressNotAvailable, e.Code);
        Assert.Contains("192.0.2.1", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_port_that_needs_more_rights_is_said_to()
    {
        Assert.SkipWhen(Environment.IsPrivilegedProcess || OperatingSystem.IsWindows(), "This user may listen at any port.");

        ChatException e = Assert.Throws<ChatException>(() => ChatServer.Start(new ServerOptions { Port = 1 }));

        Assert.Equal(ChatErrorCode.PortAccessDenied, e.Code);
    }

    [Fact]
    public void A_greeting_that_cannot_be_sent_is_refused_and_the_port_is_free_again()
    {
        using Socket probe = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        int port = ((IPEndPoint)probe.LocalEndPoint!).Port;
        probe.Dispose();
        SessionOptions ascii = new() { Encoding = System.Text.Encoding.ASCII };
        ServerOptions options = new() { Port = port, Greeting = "\U0001F600", Session = ascii };

        ChatException e = Assert.Throws<ChatException>(() => ChatServer.Start(options));

        Assert.Equal(ChatErrorCode.TextNotEncodable, e.Code);
        ChatServer.Start(options with { Greeting = null }).Dispose();
    }

    [Fact]
    public async Task The_port_can_be_used_again_at_once_after_a_stop_with_clients()
    {
        ChatServer server = ChatServer.Start(new ServerOptions());
        await using PeerConnection first = await server.ConnectPeerAsync();
        await using PeerConnection second = await server.ConnectPeerAsync();
        await server.WaitForSessionsAsync(2);
        await server.StopAsync(TestServer.Time).Within();
        Assert.Equal(PeerEnd.Eof, await first.WaitForEndAsync());

        using ChatServer again = ChatServer.Start(new ServerOptions { Port = server.Port(), Answer = ServerAnswer.Echo });

        await AssertEchoesAsync(again, "127.0.0.1");
    }

    private static void SkipWithoutIPv6()
    {
        try
        {
            using Socket socket = new(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(IPAddress.IPv6Loopback, 0));
        }
        catch (SocketException)
        {
            Assert.Skip("This machine has no ::1.");
        }
    }

    private static async Task AssertEchoesAsync(ChatServer server, string address)
    {
        ClientOptions options = new() { ComputerName = address, Port = server.Port() };
        using ChatSession client = await ChatClient.ConnectAsync(options).Within();
        await client.SendAsync("hello").Within();

        Assert.Equal("hello", (await client.ReceiveAsync().Within())?.Text);
        await client.CloseAsync(TestServer.Time).Within();
    }

    private static string? Address(EndPoint? endPoint) => (endPoint as IPEndPoint)?.Address.ToString();
}
