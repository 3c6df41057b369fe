using TcpChat.Servers;
using TcpChat.Sessions;

namespace TcpChat.Core.Tests.Sessions;

public sealed class SessionOptionsTests
{
    public static TheoryData<SessionOptions> Invalid { get; } =
    [
        new SessionOptions { InboxLimit = 0 },
        new SessionOptions { InboxByteLimit = 0 },
        new SessionOptions { OutboxByteLimit = 0 },
        new SessionOptions { MaximumMessageSize = 0 },
        new SessionOptions { LingerTimeout = TimeSpan.FromSeconds(-1) },
        new SessionOptions { DrainTimeout = TimeSpan.MaxValue },
    ];

    [Theory]
    [MemberData(nameof(Invalid), DisableDiscoveryEnumeration = true)]
    public void A_server_refuses_limits_that_make_no_sense(SessionOptions options) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => ChatServer.Start(new ServerOptions { Session = options }));
}
