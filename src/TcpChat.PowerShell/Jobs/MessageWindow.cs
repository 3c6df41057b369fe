using System.Collections;
using System.Management.Automation;

namespace TcpChat.Jobs;

/// <summary>
/// The messages that wait somewhere, as the list under a <see cref="MessageOutput"/>. The engine reads it under the
/// collection's lock in three steps: Count, the first item, RemoveAt(0).
/// </summary>
internal abstract class MessageWindow : IList<PSObject>
{
    public abstract int Count { get; }

    public bool IsReadOnly => true;

    /// <summary>How many messages have been taken through this window.</summary>
    public long Taken { get; protected set; }

    public PSObject this[int index]
    {
        get => Get(index);
        set => throw new NotSupportedException();
    }

    /// <summary>Told once which lock the collection reads under.</summary>
    public virtual void Attach(object syncRoot)
    {
    }

    /// <summary>Told when the pump begins to announce; disposing the result ends it.</summary>
    public virtual Announcement BeginAnnouncement() => default;

    public abstract void RemoveAt(int index);

    /// <summary>Shows without taking.</summary>
    protected abstract IReadOnlyList<PSObject> Snapshot();

    protected abstract PSObject Get(int index);

    public void CopyTo(PSObject[] array, int arrayIndex)
    {
        // More may have come since the caller made the array; it gets as many as it has room for.
        IReadOnlyList<PSObject> items = Snapshot();
        for (int i = 0; i < items.Count && arrayIndex + i < array.Length; i++)
        {
            array[arrayIndex + i] = items[i];
        }
    }

    public IEnumerator<PSObject> GetEnumerator() => Snapshot().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public bool Contains(PSObject item) => IndexOf(item) >= 0;

    public int IndexOf(PSObject item)
    {
        IReadOnlyList<PSObject> items = Snapshot();
        for (int i = 0; i < items.Count; i++)
        {
            if (ReferenceEquals(items[i].BaseObject, item?.BaseObject))
            {
                return i;
            }
        }

        return -1;
    }

    // What the collection adds is only ever the news that there is something to see; see MessageOutput.Announce.
    public void Insert(int index, PSObject item)
    {
    }

    // Messages come by the wire only.
    public void Add(PSObject item) => throw new NotSupportedException();

    public bool Remove(PSObject item) => throw new NotSupportedException();

    public void Clear()
    {
        while (Count > 0)
        {
            RemoveAt(0);
        }
    }

    /// <summary>Ends what <see cref="BeginAnnouncement"/> began.</summary>
    internal readonly ref struct Announcement(Action? end)
    {
        public void Dispose() => end?.Invoke();
    }
}
