using System.Management.Automation;

namespace TcpChat.Errors;

/// <summary>Turns the core's exceptions into PowerShell's error records: the code is the id, the category follows from it.</summary>
internal static class ChatErrorRecord
{
    /// <param name="exception">What happened.</param>
    /// <param name="target">The session, or the endpoint as text.</param>
    public static ErrorRecord Create(ChatException exception, object? target) =>
        new(exception, exception.Code.ToString(), Category(exception.Code), target);

    private static ErrorCategory Category(ChatErrorCode code) => code switch
    {
        ChatErrorCode.ConnectionRefused or ChatErrorCode.HostUnreachable or ChatErrorCode.ConnectFailed => ErrorCategory.ConnectionError,
        ChatErrorCode.NameNotFound => ErrorCategory.ObjectNotFound,
        ChatErrorCode.ConnectTimeout or ChatErrorCode.SendTimeout or ChatErrorCode.ReceiveTimeout or ChatErrorCode.WaitTimeout =>
            ErrorCategory.OperationTimeout,
        ChatErrorCode.TransferIncomplete => ErrorCategory.ConnectionError,
        ChatErrorCode.TransferTimeout => ErrorCategory.OperationTimeout,
        ChatErrorCode.FileNotFound => ErrorCategory.ObjectNotFound,
        ChatErrorCode.FileExists => ErrorCategory.ResourceExists,
        ChatErrorCode.PathIsFolder => ErrorCategory.InvalidArgument,
        ChatErrorCode.FileAccessDenied => ErrorCategory.PermissionDenied,
        ChatErrorCode.FileReadFailed => ErrorCategory.ReadError,
        ChatErrorCode.DiskFull or ChatErrorCode.FileWriteFailed => ErrorCategory.WriteError,
        ChatErrorCode.PortInUse => ErrorCategory.ResourceExists,
        ChatErrorCode.AddressNotAvailable => ErrorCategory.ObjectNotFound,
        ChatErrorCode.PortAccessDenied => ErrorCategory.PermissionDenied,
        ChatErrorCode.ListenFailed => ErrorCategory.OpenError,
        ChatErrorCode.SessionClosed => ErrorCategory.ResourceUnavailable,
        ChatErrorCode.MessageTooLarge => ErrorCategory.LimitsExceeded,
        ChatErrorCode.TextNotEncodable => ErrorCategory.InvalidData,
        ChatErrorCode.SessionInOtherProcess => ErrorCategory.InvalidOperation,
        ChatErrorCode.HandlerProcessFailed => ErrorCategory.OpenError,
        ChatErrorCode.PowerShellNotFound => ErrorCategory.ObjectNotFound,
        ChatErrorCode.InvalidPattern => ErrorCategory.InvalidArgument,
        ChatErrorCode.PatternTooSlow or ChatErrorCode.InboxFull => ErrorCategory.LimitsExceeded,
        ChatErrorCode.ProtocolViolation => ErrorCategory.ProtocolError,
        _ => ErrorCategory.NotSpecified,
    };
}
