using TcpChat.Servers;
using TcpChat.Sessions;

namespace TcpChat.Core.Tests.Servers;

/// <summary>Which sessions that are over a server keeps.</summary>
public sealed class EndedSessionsTests
{
    [Fact]
    public void A_few_read_ones_are_kept_and_the_oldest_go_first()
    {
        EndedSessions ended = new(limit: 4, unreadLimit: 100);
        List<ChatSession> sessions = [.. Enumerable.Range(0, 6).Select(_ => Ended(0))];
        List<ChatSession> gone = [.. sessions.SelectMany(ended.Add)];

        Assert.Equal(sessions[..2], gone);
        Assert.Equal(sessions[2..], ended.All);
        Assert.Equal(0, ended.DroppedMessages);
    }

    [Fact]
    public void Those_with_messages_are_kept_beyond_the_limit_of_the_others()
    {
        EndedSessions ended = new(limit: 0, unreadLimit: 3);
        ChatSession[] unread = [Ended(1), Ended(2), Ended(3)];
        foreach (ChatSession session in unread)
        {
            Assert.Empty(ended.Add(session));
        }

        ChatSession read = Ended(0);
        Assert.Equal([read], ended.Add(read));
        Assert.Equal(unread, ended.All);
    }

    [Fact]
    public void Too_many_with_messages_give_up_the_oldest_and_its_messages_are_counted()
    {
        EndedSessions ended = new(limit: 0, unreadLimit: 2);
        ChatSession oldest = Ended(5);
        ended.Add(oldest);
        ended.Add(Ended(1));

        Assert.Equal([oldest], ended.Add(Ended(1)));
        Assert.Equal(5, ended.DroppedMessages);
        Assert.Equal(0, oldest.InboxLength);
    }

    [Fact]
    public void One_that_has_been_read_meanwhile_counts_as_read()
    {
        EndedSessions ended = new(limit: 0, unreadLimit: 10);
        ChatSession session = Ended(1);
        ended.Add(session);
        Assert.True(session.Inbox.TryTake(out _));
        ChatSession other = Ended(1);

        Assert.Equal([session], ended.Add(other));
        Assert.Equal([other], ended.All);
    }

    [Fact]
    public void Neither_kind_grows_without_bound()
    {
        EndedSessions ended = new(limit: 8, unreadLimit: 16);
        for (int i = 0; i < 500; i++)
        {
            ended.Add(Ended(i % 2));

            Assert.InRange(ended.All.Count(), 0, 8 + 16 + 2);
        }
    }

    private static ChatSession Ended(int messages)
    {
        ChatSession session = TestSession.Open(new FakeTransport());
        for (int i = 1; i <= messages; i++)
        {
            session.Inbox.TryAdd(new ChatMessage(session, [0], default, i, i, DateTime.UnixEpoch));
        }

        return session;
    }
}
