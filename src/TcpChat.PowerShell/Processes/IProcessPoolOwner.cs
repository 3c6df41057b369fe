using TcpChat.Errors;

namespace TcpChat.Processes;

/// <summary>Whom a pool of processes tells what becomes of them. Nothing here must block.</summary>
internal interface IProcessPoolOwner
{
    /// <summary>A process holds a session; gives what takes all that the handler there writes.</summary>
    Action<object> Adopt(HandlerChild child);

    /// <summary>Takes what a script that admits connections writes.</summary>
    void Record(object record);

    /// <summary>A process could not be started, failed to get ready, or died while it waited; it is tried again after a pause.</summary>
    void Fail(ChatException failure);
}
