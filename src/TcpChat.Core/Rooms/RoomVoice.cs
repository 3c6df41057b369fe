namespace TcpChat.Rooms;

/// <summary>How text that is sent to a session of rooms goes over its wire.</summary>
internal abstract class RoomVoice
{
    /// <summary>Text as one or several whole frames.</summary>
    /// <exception cref="Errors.ChatException"><see cref="Errors.ChatErrorCode.TextInvalid"/>.</exception>
    public abstract byte[] Wrap(string text);
}
