using System.Collections.ObjectModel;

namespace TcpChat.Jobs;

/// <summary>A list that keeps the newest items and drops the oldest, so that nobody has to read it.</summary>
internal sealed class BoundedList<T>(int limit) : Collection<T>
{
    private long _dropped;

    /// <summary>How many were given up.</summary>
    public long Dropped => Volatile.Read(ref _dropped);

    protected override void InsertItem(int index, T item)
    {
        base.InsertItem(index, item);
        if (Count > limit)
        {
            RemoveAt(0);
            Volatile.Write(ref _dropped, _dropped + 1);
        }
    }
}
