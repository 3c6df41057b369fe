using System.Diagnostics.CodeAnalysis;
using System.Management.Automation;

namespace TcpChat.Jobs;

/// <summary>The output of all handlers of a server that nobody has received: each connection's in order, one object of each in turn.</summary>
internal sealed class WaitingOutput : IWaiting
{
    private readonly Lock _gate = new();
    private readonly Queue<OutputWindow> _ready = new();
    private readonly HashSet<OutputWindow> _listed = [];

    public bool Any
    {
        get
        {
            lock (_gate)
            {
                while (_ready.TryPeek(out OutputWindow? window))
                {
                    if (window.Count > 0)
                    {
                        return true;
                    }

                    _listed.Remove(_ready.Dequeue());
                }

                return false;
            }
        }
    }

    /// <summary>Something waits there.</summary>
    public void List(OutputWindow window)
    {
        lock (_gate)
        {
            if (_listed.Add(window))
            {
                _ready.Enqueue(window);
            }
        }
    }

    public bool TryTake([NotNullWhen(true)] out PSObject? item)
    {
        lock (_gate)
        {
            while (_ready.TryDequeue(out OutputWindow? window))
            {
                if (window.TryTake(out item))
                {
                    _ready.Enqueue(window);
                    return true;
                }

                _listed.Remove(window);
            }
        }

        item = null;
        return false;
    }
}
