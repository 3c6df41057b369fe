namespace TcpChat.PowerShell.Tests.Host;

/// <summary>The examples, run as the README says.</summary>
public sealed class ExampleTests
{
    [Fact]
    public async Task The_first_conversation_is_held_line_by_line()
    {
        string[] lines = await ExampleRun.AsReadmeShowsAsync("first-conversation.ps1");

        Assert.StartsWith("Server   listens at 127.0.0.1:", lines[0], StringComparison.Ordinal);
        Assert.Equal(
            [
                "Server   heard ClientA say:  Hi! I'm ClientA!",
                "ClientA  heard the server say:  Hi! ClientA! I'm Server!",
                "Server   heard ClientB say:  Hi! I'm ClientB!",
                "ClientB  heard the server say:  Hi! ClientB! I'm Server!",
                "Server   heard ClientA say:  Bye~~~",
                "ClientA  heard the server say:  Bye~~",
                "Server   saw ClientA leave:  PeerClosed",
                "Server   heard ClientB say:  Bye~~",
                "ClientB  heard the server say:  Bye~~",
                "Server   saw ClientB leave:  PeerClosed",
                "Server   stopped; 2 clients, 4 messages in, 4 out",
            ],
            lines[1..]);
    }

    [Fact]
    public async Task The_iterative_server_lets_the_second_client_wait()
    {
        string[] lines = await ExampleRun.AsReadmeShowsAsync("iterative-server.ps1");

        Assert.Matches(@"^Server   listens at 127\.0\.0\.1:\d+ and serves one client at a time$", lines[0]);
        Assert.Equal(
            WithoutQueueWhereThereIsNone(
                "Client1  You want to say:hello Server!",
                "Server   client say:hello Server!",
                "Server   you want to say:hello Client!",
                "Client1  server say:hello Client!",
                "Client2  You want to say:hello Server!",
                "Client1  You want to say:Bye~",
                "Server   client say:Bye~",
                "Server   you want to say:Bye~",
                "Client1  server say:Bye~",
                "System   1 client is served",
                "System   1 client waits in the accept queue",
                "Client2  has no answer yet",
                "Client1  ^C",
                "Server    client shutdown !",
                "Server   client say:hello Server!",
                "Server   you want to say:hello Client!",
                "Client2  server say:hello Client!",
                "Client2  You want to say:Bye~",
                "Server   client say:Bye~",
                "Server   you want to say:Bye~",
                "Client2  server say:Bye~",
                "Client2  ^C",
                "Server    client shutdown !",
                "Server   stopped; 2 clients, 4 messages in, 4 out"),
            lines[1..]);
    }

    [Fact]
    public async Task The_secure_server_welcomes_who_has_checked_it_and_goes_on_after_who_speaks_no_tls()
    {
        string[] lines = await ExampleRun.AsReadmeShowsAsync("secure-server.ps1");

        Assert.Matches(@"^Server   listens at 127\.0\.0\.1:\d+ as CN=localhost$", lines[0]);
        Assert.Equal(
            [
                "Client   has checked that it talks to CN=localhost, by Tls13",
                "Client   server say:Welcome to the server!",
                "Server   somebody say:hello Server!",
                "Stranger does not trust the server: CertificateNotTrusted",
                "Plain    speaks no TLS, and is cut",
                "Server   somebody say:Bye~",
                "Server   stopped",
            ],
            lines[1..]);
    }

    [Fact]
    public async Task The_process_server_leaves_no_process()
    {
        string[] lines = await ExampleRun.AsReadmeShowsAsync("process-server.ps1");

        Assert.Matches(@"^Server   listens at 127\.0\.0\.1:\d+ and gives each client a process$", lines[0]);
        Assert.Equal(
            [
                "Client1  You want to say:I'm Client1",
                "Client1  server say:Hello Client1",
                "Client2  You want to say:I'm Client2",
                "Client2  server say:Hello Client2",
                "System   2 clients are served by 2 other processes",
                "Server   client say:I'm Client1",
                "Server   you want to say:Hello Client1",
                "Server   client say:I'm Client2",
                "Server   you want to say:Hello Client2",
                "Server   ^C",
                "Client1  You want to say:1",
                "Client1   server shutdown!",
                "Client2  You want to say:1",
                "Client2   server shutdown!",
                "System   0 processes are left",
                "Server   stopped; 2 clients, 2 messages in, 2 out",
            ],
            lines[1..]);
    }

    [Fact]
    public async Task The_concurrent_server_serves_both_clients_at_once()
    {
        string[] lines = await ExampleRun.AsReadmeShowsAsync("concurrent-server.ps1");

        Assert.Matches(@"^Server   listens at 127\.0\.0\.1:\d+ and serves all clients at once$", lines[0]);
        Assert.Equal(
            WithoutQueueWhereThereIsNone(
                "System   2 clients are served",
                "System   0 clients wait in the accept queue",
                "ClientA  You want to say:Hi! I'm ClientA!",
                "Server   client say:Hi! I'm ClientA!",
                "Server   you want to say:Hi! ClientA! I'm Server!",
                "ClientA  server say:Hi! ClientA! I'm Server!",
                "ClientB  You want to say:Hi! I'm ClientB!",
                "Server   client say:Hi! I'm ClientB!",
                "Server   you want to say:Hi! ClientB! I'm Server!",
                "ClientB  server say:Hi! ClientB! I'm Server!",
                "ClientA  You want to say:Bye~~~",
                "Server   client say:Bye~~~",
                "Server   you want to say:Bye~~",
                "ClientA  server say:Bye~~",
                "ClientA  ^C",
                "Server    client shutdown !",
                "ClientB  You want to say:Bye~~",
                "Server   client say:Bye~~",
                "Server   you want to say:Bye~~",
                "ClientB  server say:Bye~~",
                "ClientB  ^C",
                "Server    client shutdown !",
                "Server   stopped; 2 clients, 4 messages in, 4 out"),
            lines[1..]);
    }

    // Only Linux tells how long the accept queue is.
    private static IEnumerable<string> WithoutQueueWhereThereIsNone(params string[] lines) =>
        lines.Where(static line => OperatingSystem.IsLinux() || !line.EndsWith("in the accept queue", StringComparison.Ordinal));
}
