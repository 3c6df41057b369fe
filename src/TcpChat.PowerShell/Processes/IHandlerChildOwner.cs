using TcpChat.Servers;

namespace TcpChat.Processes;

/// <summary>Whom a process of handlers tells what becomes of it. Nothing here must block.</summary>
internal interface IHandlerChildOwner
{
    /// <summary>It holds a session; gives what takes all that the handler there writes, in the order it was written.</summary>
    Action<object> Adopt(HandlerChild child);

    /// <summary>It has not admitted a connection.</summary>
    void Reject(RejectedConnection rejection);

    /// <summary>Takes what its script that admits connections writes.</summary>
    void Record(object record);

    /// <summary>Its state has changed.</summary>
    void Changed();
}
