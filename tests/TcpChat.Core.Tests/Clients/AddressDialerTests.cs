using System.Net;
using System.Net.Sockets;
using TcpChat.Clients;
using TcpChat.Errors;
using TcpChat.TestPeer;

namespace TcpChat.Core.Tests.Clients;

/// <summary>Which address of a name is connected to, and what is said when none answers.</summary>
public sealed class AddressDialerTests
{
    // All of 127.0.0.0/8 is this machine on Linux and Windows; macOS has 127.0.0.1 only.
    private static readonly IPAddress s_first = IPAddress.Parse("127.0.0.2");
    private static readonly IPAddress s_second = IPAddress.Parse("127.0.0.3");

    [Fact]
    public async Task The_only_address_is_connected_to()
    {
        await using ListeningPeer peer = Peer.Listen("silent");

        using Socket socket = await Dialer(peer.Port, IPAddress.Loopback).ConnectAsync(CancellationToken.None).Within();

        Assert.Equal(peer.EndPoint, socket.RemoteEndPoint);
    }

    [Fact]
    public async Task An_address_that_refuses_is_followed_by_the_next()
    {
        await using ListeningPeer peer = Peer.Listen("silent");

        using Socket socket = await Dialer(peer.Port, s_first, s_second, IPAddress.Loopback).ConnectAsync(CancellationToken.None).Within();

        Assert.Equal(peer.EndPoint, socket.RemoteEndPoint);
    }

    [Fact]
    public async Task An_address_that_does_not_answer_does_not_hold_up_the_next()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "A full accept queue lets connects wait on Linux only.");
        await using ListeningPeer dead = Peer.Listen("never-accepts", new PeerOptions { Address = s_first });
        await using ListeningPeer peer = Peer.Listen("silent", new PeerOptions { Port = dead.Port });

        using Socket socket = await Dialer(dead.Port, s_first, IPAddress.Loopback).ConnectAsync(CancellationToken.None).Within();

        Assert.Equal(peer.EndPoint, socket.RemoteEndPoint);
    }

    [Fact]
    public async Task When_all_fail_one_error_names_each()
    {
        int port = ClosedPort.Find();

        ChatException e = await Assert.ThrowsAsync<ChatException>(
            () => Dialer(port, s_first, IPAddress.Loopback).ConnectAsync(CancellationToken.None).Within());

        Assert.Equal(ChatErrorCode.ConnectionRefused, e.Code);
        Assert.Contains("name.test", e.Message, StringComparison.Ordinal);
        Assert.Contains($"{port}", e.Message, StringComparison.Ordinal);
        Assert.Contains($"{s_first}: ", e.Message, StringComparison.Ordinal);
        Assert.Contains($"{IPAddress.Loopback}: ", e.Message, StringComparison.Ordinal);
        Assert.IsType<SocketException>(e.InnerException);
    }

    [Fact]
    public async Task A_name_without_addresses_is_said_to_have_none()
    {
        ChatException e = await Assert.ThrowsAsync<ChatException>(() => Dialer(1).ConnectAsync(CancellationToken.None).Within());

        Assert.Equal(ChatErrorCode.NameNotFound, e.Code);
        Assert.Contains("name.test", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_that_nobody_knows_is_said_to_be_unknown()
    {
        SocketException cause = new((int)SocketError.HostNotFound);
        AddressDialer dialer = new("name.test", 1, (_, _) => Task.FromException<IPAddress[]>(cause));

        ChatException e = await Assert.ThrowsAsync<ChatException>(() => dialer.ConnectAsync(CancellationToken.None).Within());

        Assert.Equal(ChatErrorCode.NameNotFound, e.Code);
        Assert.Same(cause, e.InnerException);
    }

    [Fact]
    public async Task Cancelling_ends_a_look_up_that_does_not_listen()
    {
        using CancellationTokenSource cancel = new();
        AddressDialer dialer = new("name.test", 1, (_, _) => new TaskCompletionSource<IPAddress[]>().Task);
        Task<Socket> connect = dialer.ConnectAsync(cancel.Token);

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connect.Within());
    }

    [Fact]
    public async Task Cancelling_ends_an_attempt_that_is_not_answered()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "A full accept queue lets connects wait on Linux only.");
        await using ListeningPeer dead = Peer.Listen("never-accepts");
        using CancellationTokenSource cancel = new();
        Task<Socket> connect = Dialer(dead.Port, IPAddress.Loopback).ConnectAsync(cancel.Token);
        Assert.False(connect.IsCompleted);

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connect.Within());
    }

    [Fact]
    public async Task A_port_that_no_one_can_have_is_the_callers_mistake() =>
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            "port", () => Dialer(70_000, IPAddress.Loopback).ConnectAsync(CancellationToken.None).Within());

    [Fact]
    public async Task The_attempts_that_lose_leave_no_connection_behind()
    {
        await using ListeningPeer first = Peer.Listen("record", new PeerOptions { Address = s_first });
        using Socket socket = await Dialer(first.Port, s_first, s_first).ConnectAsync(CancellationToken.None).Within();
        PeerConnection connection = await first.WaitForConnectionAsync();

        socket.Dispose();

        await connection.WaitForEndAsync();
        Assert.All(first.Connections, c => Assert.NotNull(c.End));
    }

    private static AddressDialer Dialer(int port, params IPAddress[] addresses) =>
        new("name.test", port, (_, _) => Task.FromResult(addresses));
}
