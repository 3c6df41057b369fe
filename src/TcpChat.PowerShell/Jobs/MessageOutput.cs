using System.Collections;
using System.Management.Automation;

namespace TcpChat.Jobs;

/// <summary>
/// A job's output that stores nothing: a window on the messages that wait in an inbox. Receive-Job takes them from there,
/// with -Keep it only looks, and what it has taken Receive-TcpMessage does not see, nor the other way round.
/// </summary>
internal sealed class MessageOutput : ListStream<PSObject>
{
    private readonly MessageWindow _window;

    public MessageOutput(MessageWindow window)
        : base(window)
    {
        _window = window;
        window.Attach(((ICollection)this).SyncRoot);
    }

    /// <summary>
    /// Tells those who listen to the collection, as Receive-Job -Wait does, once for each message that waits, until nobody
    /// takes one. Called by one pump at a time, never by a socket's loop: a listener may block (a slow Receive-Job does).
    /// </summary>
    public void Announce()
    {
        using MessageWindow.Announcement announcement = _window.BeginAnnouncement();
        try
        {
            while (_window.Count > 0)
            {
                long before = _window.Taken;
                Add(null!);
                if (_window.Taken == before)
                {
                    return;
                }
            }
        }
        catch (PSInvalidOperationException)
        {
            // Completed in the meantime.
        }
    }
}
