using System.Management.Automation;

namespace TcpChat.Jobs;

/// <summary>
/// What waits in a server's sessions, for those who listen to the server's own output. Receive-Job reads the children
/// first, so this shows nothing, or messages would be shown twice; only while the pump announces does it show the oldest
/// of all, so that Receive-Job -Wait follows sessions that came after it began, which it knows nothing of.
/// </summary>
internal sealed class ServerWindow(IWaiting waiting) : MessageWindow
{
    private int _announcer;

    // Taken from its inbox by the engine's second step and not yet removed by its third.
    private PSObject? _claimed;

    public override int Count
    {
        get
        {
            if (_claimed is not null)
            {
                return 1;
            }

            return _announcer == Environment.CurrentManagedThreadId && waiting.Any ? 1 : 0;
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
        if (index == 0 && _claimed is null && _announcer == Environment.CurrentManagedThreadId && waiting.TryTake(out PSObject? item))
        {
            _claimed = item;
        }

        return index == 0 && _claimed is not null
            ? _claimed
            : null!;
    }

    protected override IReadOnlyList<PSObject> Snapshot() => _claimed is { } claimed ? [claimed] : [];
}
