using System.Management.Automation;
using TcpChat.Sessions;

namespace TcpChat.Jobs;

/// <summary>A session's inbox. Under the collection's own lock, so that the engine's three steps are one to all other takers.</summary>
internal sealed class SessionWindow(MessageInbox inbox) : MessageWindow
{
    public override int Count => inbox.Count;

    public override void Attach(object syncRoot) => inbox.UseLock(syncRoot);

    public override void RemoveAt(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(index, 0);
        if (inbox.TryTake(out _))
        {
            Taken++;
        }
    }

    protected override PSObject Get(int index)
    {
        if (index == 0)
        {
            return inbox.TryPeek(out ChatMessage? message) ? PSObject.AsPSObject(message) : throw new ArgumentOutOfRangeException(nameof(index));
        }

        return Snapshot()[index];
    }

    protected override IReadOnlyList<PSObject> Snapshot() => Array.ConvertAll(inbox.ToArray(), PSObject.AsPSObject);
}
