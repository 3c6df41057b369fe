using TcpChat.Servers;
using TcpChat.Sessions;

namespace TcpChat.Core.Tests.Servers;

public sealed class SoakTests
{
    private const int Rounds = 300;

    [Fact]
    public async Task Many_short_conversations_leave_nothing_behind()
    {
        using ChatServer server = ChatServer.Start(new ServerOptions { Answer = ServerAnswer.Echo, EndedSessionLimit = 10 });
        for (int i = 0; i < Rounds; i++)
        {
            using ChatSession client = await server.ConnectClientAsync();
            await client.SendAsync($"{i:D5}").Within();
            Assert.Equal($"{i:D5}", (await client.ReceiveAsync().Within())?.Text);
            await client.CloseAsync(TestServer.Time).Within();
        }

        await server.WaitForAllEndedAsync(Rounds);

        Assert.Equal(new SessionTotals(Rounds, Rounds, Rounds * 6, Rounds * 6, 0), server.Totals);
        Assert.InRange(server.EndedSessions.Count, 0, 12);
        Assert.All(server.EndedSessions, s => Assert.Equal(CloseReason.PeerClosed, s.CloseReason));
        Assert.Equal(0, server.AcceptErrors);
    }

    [Fact]
    public async Task Many_conversations_at_once_keep_apart()
    {
        using ChatServer server = ChatServer.Start(new ServerOptions { Answer = ServerAnswer.Echo, EndedSessionLimit = 10 });
        await Task.WhenAll(Enumerable.Range(0, 50).Select(client => Task.Run(async () =>
        {
            using ChatSession session = await server.ConnectClientAsync();
            for (int i = 0; i < 20; i++)
            {
                await session.SendAsync($"{client}/{i}");
                Assert.Equal($"{client}/{i}", (await session.ReceiveAsync().Within())?.Text);
            }

            await session.CloseAsync(TestServer.Time).Within();
        }))).Within();

        await server.WaitForAllEndedAsync(50);

        Assert.Equal(1000, server.Totals.MessagesReceived);
        Assert.Equal(1000, server.Totals.MessagesSent);
    }
}
