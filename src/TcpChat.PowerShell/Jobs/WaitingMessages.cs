using System.Diagnostics.CodeAnalysis;
using System.Management.Automation;
using TcpChat.Servers;
using TcpChat.Sessions;

namespace TcpChat.Jobs;

/// <summary>The messages of all sessions of a server, in the order they came.</summary>
internal sealed class WaitingMessages(ServerInbox inbox) : IWaiting
{
    public bool Any => inbox.TryPeek(out _);

    public bool TryTake([NotNullWhen(true)] out PSObject? item)
    {
        item = inbox.TryTake(out ChatMessage? message) ? PSObject.AsPSObject(message) : null;
        return item is not null;
    }
}
