using TcpChat.Jobs;

namespace TcpChat.Handlers;

/// <summary>Tells whose handler runs on a thread: it must not wait for its own end.</summary>
internal static class HandlerThread
{
    [ThreadStatic]
    private static HandlerPool? s_pool;

    /// <summary>Says that this thread runs the handlers of a pool.</summary>
    public static void Enter(HandlerPool pool) => s_pool = pool;

    /// <summary>True where a handler of that server is running on the calling thread.</summary>
    public static bool Serves(TcpChatServerJob server) => s_pool is { } pool && pool.Server == server;
}
