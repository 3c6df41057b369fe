using System.Diagnostics.CodeAnalysis;
using System.Management.Automation;

namespace TcpChat.Jobs;

/// <summary>What the handler of one connection has written and nobody has received: the newest, so many at most.</summary>
internal sealed class OutputWindow(int limit) : MessageWindow
{
    private readonly Queue<PSObject> _items = new();
    private object _gate = new();
    private long _dropped;
    private bool _closed;

    /// <summary>How many were given up because there were too many.</summary>
    public long Dropped => Volatile.Read(ref _dropped);

    public override int Count
    {
        get
        {
            lock (_gate)
            {
                return _items.Count;
            }
        }
    }

    public override void Attach(object syncRoot) => _gate = syncRoot;

    /// <summary>Adds one; the oldest goes where there is no room.</summary>
    public void Write(PSObject item)
    {
        lock (_gate)
        {
            if (_closed)
            {
                return;
            }

            if (_items.Count >= limit)
            {
                _items.Dequeue();
                Volatile.Write(ref _dropped, _dropped + 1);
            }

            _items.Enqueue(item);
        }
    }

    /// <summary>Nobody will look any more: what is there goes, and what still comes is not kept.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            _items.Clear();
        }
    }

    public bool TryTake([NotNullWhen(true)] out PSObject? item)
    {
        lock (_gate)
        {
            return _items.TryDequeue(out item);
        }
    }

    public override void RemoveAt(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(index, 0);
        if (TryTake(out _))
        {
            Taken++;
        }
    }

    protected override PSObject Get(int index)
    {
        lock (_gate)
        {
            return index == 0 ? _items.Peek() : _items.ElementAt(index);
        }
    }

    protected override IReadOnlyList<PSObject> Snapshot()
    {
        lock (_gate)
        {
            return [.. _items];
        }
    }
}
