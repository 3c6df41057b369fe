using System.Management.Automation;
using TcpChat.Display;

namespace TcpChat.Errors;

/// <summary>Turns the core's exceptions into PowerShell's error records: the code is the id, the category follows from it.</summary>
internal static class ChatErrorRecord
{
    /// <param name="exception">What happened.</param>
    /// <param name="target">The session, or the endpoint as text.</param>
    public static ErrorRecord Create(ChatException exception, object? target) =>
        new(
            exception.Received is { } received ? WithReceived(exception, received) : exception,
            exception.Code.ToString(),
            Category(exception.Code),
            target);

    private static ChatException WithReceived(ChatException e, string received)
    {
        string said = received.Length == 0 ? "Nothing had come." : $"What had come: {DisplayText.Tail(received)}";
        return new ChatException(e.Code, $"{e.Message} {said}", e) { Received = received };
    }

    private static ErrorCategory Category(ChatErrorCode code) => code switch
    {
        ChatErrorCode.ConnectionRefused or ChatErrorCode.HostUnreachable or ChatErrorCode.ConnectFailed or ChatErrorCode.ReconnectFailed => ErrorCategory.ConnectionError,
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
        ChatErrorCode.UnexpectedAnswer => ErrorCategory.InvalidResult,
        ChatErrorCode.MessagesWaiting => ErrorCategory.InvalidOperation,
        ChatErrorCode.SessionInOtherProcess => ErrorCategory.InvalidOperation,
        ChatErrorCode.HandlerProcessFailed => ErrorCategory.OpenError,
        ChatErrorCode.PowerShellNotFound => ErrorCategory.ObjectNotFound,
        ChatErrorCode.InvalidPattern => ErrorCategory.InvalidArgument,
        ChatErrorCode.PatternTooSlow or ChatErrorCode.InboxFull => ErrorCategory.LimitsExceeded,
        ChatErrorCode.ProtocolViolation or ChatErrorCode.HandshakeFailed or ChatErrorCode.TlsAlert => ErrorCategory.ProtocolError,
        ChatErrorCode.HandshakeTimeout => ErrorCategory.OperationTimeout,
        ChatErrorCode.ConnectionTruncated => ErrorCategory.ConnectionError,
        ChatErrorCode.CertificateMissing or ChatErrorCode.CertificateNotTrusted or ChatErrorCode.CertificateNameMismatch or ChatErrorCode.CertificateExpired
            or ChatErrorCode.CertificateNotYetValid or ChatErrorCode.CertificateTooWeak or ChatErrorCode.CertificateWrongPurpose or ChatErrorCode.CertificateNotAllowed
            or ChatErrorCode.UnprotectedDataWaiting => ErrorCategory.SecurityError,
        ChatErrorCode.CertificateFileInvalid => ErrorCategory.InvalidData,
        ChatErrorCode.KeyPasswordWrong => ErrorCategory.AuthenticationError,
        ChatErrorCode.AlreadyProtected or ChatErrorCode.CertificateNotExportable => ErrorCategory.InvalidOperation,
        ChatErrorCode.AccessDenied or ChatErrorCode.TurnedAway => ErrorCategory.PermissionDenied,
        ChatErrorCode.TooManyHandshakes => ErrorCategory.LimitsExceeded,
        _ => ErrorCategory.NotSpecified,
    };
}
