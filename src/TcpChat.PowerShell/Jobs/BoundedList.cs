using System.Collections.ObjectModel;

namespace TcpChat.Jobs;

/// <summary>A list that keeps the newest items and drops the oldest, so that nobody has to read it.</summary>
internal sealed class BoundedList<T>(int limit) : Collection<T>
{
    protected override void InsertItem(int index, T item)
    {
        base.InsertItem(index, item);
        if (Count > limit)
        {
            RemoveAt(0);
        }
    }
}
