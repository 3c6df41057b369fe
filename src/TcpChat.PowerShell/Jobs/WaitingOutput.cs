using System.Diagnostics.CodeAnalysis;
using System.Management.Automation;

namespace TcpChat.Jobs;

/// <summary>The output of all handlers of a server that nobody has received: each connection's in order, one object of each in turn.</summary>
internal sealed class WaitingOutput : IWaiting
{
    private readonly Lock _gate = new();
    private readonly LinkedList<OutputWindow> _ready = new();
    private readonly Dictionary<OutputWindow, LinkedListNode<OutputWindow>> _listed = [];

    public bool Any
    {
        get
        {
            lock (_gate)
            {
                while (_ready.First is { Value: var window })
                {
                    if (window.Count > 0)
                    {
                        return true;
                    }

                    Unlist(window);
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
            // It may have been taken, or the window closed, since it was written.
            if (window.Count > 0 && !_listed.ContainsKey(window))
            {
                _listed.Add(window, _ready.AddLast(window));
            }
        }
    }

    /// <summary>Nothing will be taken from there any more; the window is closed.</summary>
    public void Forget(OutputWindow window)
    {
        lock (_gate)
        {
            Unlist(window);
        }
    }

    public bool TryTake([NotNullWhen(true)] out PSObject? item)
    {
        lock (_gate)
        {
            while (_ready.First is { Value: var window })
            {
                if (window.TryTake(out item))
                {
                    LinkedListNode<OutputWindow> node = _ready.First;
                    _ready.RemoveFirst();
                    _ready.AddLast(node);
                    return true;
                }

                Unlist(window);
            }
        }

        item = null;
        return false;
    }

    private void Unlist(OutputWindow window)
    {
        if (_listed.Remove(window, out LinkedListNode<OutputWindow>? node))
        {
            _ready.Remove(node);
        }
    }
}
