namespace TcpChat.Handlers;

/// <summary>What an error in a handler does.</summary>
public enum HandlerErrorAction
{
    /// <summary>It ends the handler, and its session with HandlerFailed: $ErrorActionPreference is Stop inside.</summary>
    Close,

    /// <summary>It is recorded, and the handler goes on: $ErrorActionPreference is Continue inside. What throws ends only the message it was for.</summary>
    Continue,
}
