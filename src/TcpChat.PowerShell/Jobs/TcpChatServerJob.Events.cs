using TcpChat.Errors;
using TcpChat.Servers;
using TcpChat.Sessions;

namespace TcpChat.Jobs;

/// <content>
/// What Register-ObjectEvent finds. Raised from sockets' loops, so a subscriber must not block; PowerShell's own only queue
/// the event. What a subscriber throws goes nowhere: it is no fault of a session's.
/// </content>
public sealed partial class TcpChatServerJob
{
    private readonly Lock _eventGate = new();
    private EventHandler<MessageReceivedEventArgs>? _messageReceived;

    /// <summary>A client has connected; nothing has been read from it yet.</summary>
    public event EventHandler<SessionEventArgs>? SessionOpened;

    /// <summary>A session is over. Comes after all messages of that session.</summary>
    public event EventHandler<SessionEventArgs>? SessionClosed;

    /// <summary>
    /// A message has come. Where messages wait in inboxes, a subscriber takes them like Receive-TcpMessage: those that wait
    /// already, and each that comes. Where something answers them (-Echo, -OnMessage, -ScriptBlock), it is told besides.
    /// </summary>
    /// <exception cref="ChatException">
    /// <see cref="ChatErrorCode.SessionInOtherProcess"/> under <see cref="ServerModel.Process"/>: the messages are never in this process.
    /// </exception>
    public event EventHandler<MessageReceivedEventArgs>? MessageReceived
    {
        add
        {
            if (Model == ServerModel.Process)
            {
                throw new ChatException(
                    ChatErrorCode.SessionInOtherProcess,
                    $"Other processes hold the sessions of the server {Name}: no message is seen here. Their handlers' output is, in Receive-Job.");
            }

            lock (_eventGate)
            {
                _messageReceived += value;
                TellMessages(_messageReceived);
            }
        }

        remove
        {
            lock (_eventGate)
            {
                _messageReceived -= value;
                TellMessages(_messageReceived);
            }
        }
    }

    private void TellMessages(EventHandler<MessageReceivedEventArgs>? handlers) =>
        _server.TellMessages(handlers is null ? null : message => Raise(handlers, new MessageReceivedEventArgs(message)));

    private void RaiseOpened(ChatSession session)
    {
        if (SessionOpened is { } handlers)
        {
            Raise(handlers, new SessionEventArgs(session));
        }
    }

    private void RaiseClosed(ChatSession session)
    {
        if (SessionClosed is not null)
        {
            _server.TellClosed(session, s => Raise(SessionClosed, new SessionEventArgs(s)));
        }
    }

    private void EndEvents()
    {
        _server.SessionOpened -= RaiseOpened;
        _server.SessionClosed -= RaiseClosed;
        _server.TellMessages(null);
    }

    private void Raise<T>(EventHandler<T>? handlers, T e)
        where T : EventArgs
    {
        foreach (EventHandler<T> handler in Delegate.EnumerateInvocationList(handlers))
        {
            try
            {
                handler(this, e);
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
            }
        }
    }
}
