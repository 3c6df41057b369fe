using TcpChat.Sessions;

namespace TcpChat.Core.Tests.Support;

/// <summary>Sessions over a fake wire, with an inbox like a client's.</summary>
internal static class TestSession
{
    public static ChatSession Open(
        FakeTransport transport, SessionOptions? options = null, Func<ChatSession, SessionSink>? sink = null, Action? arrived = null)
    {
        long arrivals = 0;
        ChatSession session = new(transport, options ?? new SessionOptions(), "fake", sink ?? (s => new InboxSink(s)), () =>
        {
            arrived?.Invoke();
            return Interlocked.Increment(ref arrivals);
        });
        return session;
    }

    public static ChatSession Start(
        FakeTransport transport, SessionOptions? options = null, Func<ChatSession, SessionSink>? sink = null, Action? arrived = null)
    {
        ChatSession session = Open(transport, options, sink, arrived);
        session.Start();
        return session;
    }

    /// <summary>A session that sends every message back.</summary>
    public static ChatSession StartEcho(FakeTransport transport, SessionOptions? options = null)
    {
        options ??= new SessionOptions();
        return Start(transport, options, s => new EchoSink(s, options.Framing));
    }

    /// <summary>Sends more than any system keeps for a peer that does not read, so that the rest stays in the outbox.</summary>
    public static async Task FillOutboxAsync(this ChatSession session)
    {
        while (session.OutboxLength == 0)
        {
            await session.SendAsync(new byte[16 << 20]).Within();
        }
    }

    /// <summary>The text of all messages to the end.</summary>
    public static async Task<List<string>> ReadToEndAsync(this ChatSession session)
    {
        List<string> texts = [];
        while (await session.ReceiveAsync().Within() is { } message)
        {
            texts.Add(message.Text);
        }

        return texts;
    }
}
