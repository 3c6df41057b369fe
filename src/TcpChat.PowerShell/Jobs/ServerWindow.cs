using System.Management.Automation;
using TcpChat.Servers;
using TcpChat.Sessions;

namespace TcpChat.Jobs;

/// <summary>
/// The messages of a server's sessions, for those who listen to the server's own output. Receive-Job reads the children
/// first, so this shows nothing, or messages would be shown twice; only while the pump announces does it show the oldest
/// message of all, so that Receive-Job -Wait follows sessions that came after it began, which it knows nothing of.
/// </summary>
internal sealed class ServerWindow(ServerInbox inbox) : MessageWindow
{
    private int _announcer;

    // Taken from its inbox by the engine's second step and not yet removed by its third.
    private ChatMessage? _claimed;

    public override int Count
    {
        get
        {
            if (_claimed is not null)
            {
                return 1;
            }

            return _announcer == Environment.CurrentManagedThreadId && inbox.TryPeek(out _) ? 1 : 0;
        }
    }

    public override Announcement BeginAnnouncement()
    {
        _announcer = Environment.CurrentManagedThreadId;
        return new Announcement(() => _announcer = 0);
    }

    public override void RemoveAt(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(index, 0);
        _claimed = null;
        Taken++;
    }

    protected override PSObject Get(int index)
    {
        if (index == 0 && _claimed is null && _announcer == Environment.CurrentManagedThreadId && inbox.TryTake(out ChatMessage? message))
        {
            _claimed = message;
        }

        return index == 0 && _claimed is not null
            ? PSObject.AsPSObject(_claimed)
            : null!;
    }

    protected override IReadOnlyList<PSObject> Snapshot() => _claimed is { } claimed ? [PSObject.AsPSObject(claimed)] : [];
}
