using System.Diagnostics;
using TcpChat.Clients;
using TcpChat.Core.Tests.Servers;
using TcpChat.Servers;
using TcpChat.Sessions;

namespace TcpChat.Core.Tests.Load;

/// <summary>
/// What a server holds at once. Not part of the fast suite: <c>dotnet test tests/TcpChat.Core.Tests -- xUnit.Explicit=only</c>.
/// Five thousand sessions take ten thousand file descriptors, because both ends are here.
/// </summary>
public sealed class ManySessionsTests(ITestOutputHelper output)
{
    [Fact(Explicit = true)]
    public async Task Five_thousand_sessions_are_open_at_once_and_each_is_echoed_correctly()
    {
        const int Sessions = 5000;
        using ChatServer server = ChatServer.Start(new ServerOptions { Answer = ServerAnswer.Echo });
        ChatSession[] clients = await ConnectAsync(server, Sessions, atOnce: 200);
        Assert.Equal(Sessions, server.SessionCount);

        for (int round = 0; round < 3; round++)
        {
            await Parallel.ForAsync(0, Sessions, async (i, cancel) =>
            {
                await clients[i].SendAsync($"round {round} of {i}", cancel);
                Assert.Equal($"round {round} of {i}", (await clients[i].ReceiveAsync(cancel).Within())?.Text);
            });
        }

        Assert.Equal(Sessions, server.SessionCount);
        Assert.Equal(3L * Sessions, server.Totals.MessagesSent);
        await server.StopAsync(TestServer.Time).Within();
        await Task.WhenAll(clients.Select(static c => c.WaitForCloseAsync())).Within();
        Assert.Equal(0, server.SessionCount);
    }

    [Fact(Explicit = true)]
    public async Task Two_hundred_clients_that_connect_in_the_same_moment_are_all_answered()
    {
        using ChatServer server = ChatServer.Start(new ServerOptions { Answer = ServerAnswer.Echo });
        List<double> times = [];
        for (int round = 0; round < 5; round++)
        {
            long begin = Stopwatch.GetTimestamp();
            string?[] answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(async i =>
            {
                using ChatSession client = await server.ConnectClientAsync();
                await client.SendAsync($"{i}");
                return (await client.ReceiveAsync().Within())?.Text;
            }));
            times.Add(Stopwatch.GetElapsedTime(begin).TotalMilliseconds);
            Assert.Equal(Enumerable.Range(0, 200).Select(static i => $"{i}"), answers);
        }

        output.WriteLine($"200 clients answered in {string.Join(", ", times.Select(static t => $"{t:0} ms"))}");
    }

    [Fact(Explicit = true)]
    public async Task A_thousand_rounds_leave_no_session_no_socket_and_no_memory()
    {
        using ChatServer server = ChatServer.Start(TestServer.Prompt);
        await RoundsAsync(server, 1000);
        int sockets = Sockets();
        long memory = Memory();
        await RoundsAsync(server, 1000);

        output.WriteLine($"sockets {sockets} then {Sockets()}; managed memory {memory / 1024} KiB then {Memory() / 1024} KiB");
        Assert.Equal(0, server.SessionCount);
        Assert.InRange(Sockets(), 0, sockets);
        Assert.InRange(Memory() - memory, long.MinValue, 256 * 1024);
    }

    private static async Task RoundsAsync(ChatServer server, int rounds)
    {
        for (int i = 0; i < rounds; i++)
        {
            ChatSession client = await server.ConnectClientAsync();
            await client.SendAsync("one message").Within();
            await client.CloseAsync(TestServer.Time).Within();
            Assert.Equal("one message", (await server.Inbox.TakeAsync())?.Text);
        }

        await server.Changed.WaitUntilAsync(() => server.SessionCount == 0, CancellationToken.None).Within();
        int open = Sockets();
        await Bounded.EventuallyAsync(() => (open = Sockets()) <= 8);
    }

    private static async Task<ChatSession[]> ConnectAsync(ChatServer server, int count, int atOnce)
    {
        ChatSession[] clients = new ChatSession[count];
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = atOnce }, async (i, cancel) =>
            clients[i] = await ChatClient.ConnectAsync(new ClientOptions { ComputerName = "127.0.0.1", Port = server.Port() }, cancel));
        await server.WaitForSessionsAsync(count);
        return clients;
    }

    private static int Sockets()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Counts the sockets of /proc/self/fd.");
        return Directory.GetFiles("/proc/self/fd").Count(static fd => new FileInfo(fd).LinkTarget?.StartsWith("socket:", StringComparison.Ordinal) == true);
    }

    private static long Memory()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return GC.GetTotalMemory(forceFullCollection: true);
    }
}
