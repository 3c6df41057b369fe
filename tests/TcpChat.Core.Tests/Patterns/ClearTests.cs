using TcpChat.Sessions;

namespace TcpChat.Core.Tests.Patterns;

/// <summary>Taking away all that has come, so that what comes next stands alone.</summary>
public sealed class ClearTests
{
    private readonly FakeTransport _transport = new();

    [Fact]
    public async Task Messages_and_the_beginning_of_one_are_gone_and_the_next_comes_whole()
    {
        ChatSession session = TestSession.Start(_transport);
        await _transport.FeedAsync("a\nb\nprompt> "u8.ToArray());

        session.Clear();

        Assert.Equal(string.Empty, session.PeekText());
        await _transport.FeedAsync("c\n"u8.ToArray());
        Assert.Equal("c", (await session.ReceiveAsync().Within())?.Text);
    }

    [Fact]
    public async Task A_message_of_which_only_the_end_comes_later_leaves_nothing()
    {
        ChatSession session = TestSession.Start(_transport);
        await _transport.FeedAsync("late answer"u8.ToArray());

        session.Clear();

        await _transport.FeedAsync("\nnext\n"u8.ToArray());
        Assert.Equal("next", (await session.ReceiveAsync().Within())?.Text);
    }

    [Fact]
    public async Task A_character_that_is_not_whole_is_not_torn_apart()
    {
        ChatSession session = TestSession.Start(_transport);
        byte[] text = "xü\n"u8.ToArray();
        await _transport.FeedAsync(text[..2]);

        session.Clear();

        await _transport.FeedAsync(text[2..]);
        Assert.Equal("ü", (await session.ReceiveAsync().Within())?.Text);
    }
}
