namespace TcpChat.Errors;

/// <summary>What went wrong, as a caller can act on it. The cmdlets use the name as the error's id.</summary>
public enum ChatErrorCode
{
    /// <summary>Nobody listens at that address and port (ECONNREFUSED).</summary>
    ConnectionRefused,

    /// <summary>No way leads to that address (EHOSTUNREACH, ENETUNREACH).</summary>
    HostUnreachable,

    /// <summary>The name has no address.</summary>
    NameNotFound,

    /// <summary>No connection within the time given.</summary>
    ConnectTimeout,

    /// <summary>The connection failed for another reason, which the message and the inner exception tell.</summary>
    ConnectFailed,

    /// <summary>The connection was lost and could not be made again within the attempts allowed.</summary>
    ReconnectFailed,

    /// <summary>Another socket listens at that address and port (EADDRINUSE).</summary>
    PortInUse,

    /// <summary>The address to listen at is none of this machine's (EADDRNOTAVAIL).</summary>
    AddressNotAvailable,

    /// <summary>The system does not let this user listen at that port (EACCES).</summary>
    PortAccessDenied,

    /// <summary>Listening failed for another reason, which the message and the inner exception tell.</summary>
    ListenFailed,

    /// <summary>The session has ended, or its sending side has; its CloseReason tells why.</summary>
    SessionClosed,

    /// <summary>The outbox had no room for the message within the time given.</summary>
    SendTimeout,

    /// <summary>No message came within the time given.</summary>
    ReceiveTimeout,

    /// <summary>Something came, but not the answer that was to come.</summary>
    UnexpectedAnswer,

    /// <summary>Messages wait in the session's inbox that would be taken for the answer to a request.</summary>
    MessagesWaiting,

    /// <summary>What was waited for did not come about within the time given.</summary>
    WaitTimeout,

    /// <summary>The message is larger than the framing or the limit allows.</summary>
    MessageTooLarge,

    /// <summary>The text has a character that the session's encoding cannot express.</summary>
    TextNotEncodable,

    /// <summary>The peer broke the rules of the framing.</summary>
    ProtocolViolation,

    /// <summary>The session ended in the middle of a file; or a file was to be sent or received and could not be whole.</summary>
    TransferIncomplete,

    /// <summary>A file was not sent or received within the time given, or nothing of it moved for too long.</summary>
    TransferTimeout,

    /// <summary>There is no such file, or no such folder to put it into.</summary>
    FileNotFound,

    /// <summary>The file is there already.</summary>
    FileExists,

    /// <summary>The path is that of a folder.</summary>
    PathIsFolder,

    /// <summary>The system does not let this user read or write the file.</summary>
    FileAccessDenied,

    /// <summary>The disk has no room for more.</summary>
    DiskFull,

    /// <summary>A file could not be read for another reason, which the message and the inner exception tell.</summary>
    FileReadFailed,

    /// <summary>A file could not be written for another reason, which the message and the inner exception tell.</summary>
    FileWriteFailed,

    /// <summary>Another process holds the session, and only the handler there can send and receive.</summary>
    SessionInOtherProcess,

    /// <summary>A process that is to serve connections could not be started, failed while it got ready, or died.</summary>
    HandlerProcessFailed,

    /// <summary>The pattern to wait for is no regular expression.</summary>
    InvalidPattern,

    /// <summary>Looking for a pattern took longer than it may.</summary>
    PatternTooSlow,

    /// <summary>The inbox is full without what is waited for, so that no more is read.</summary>
    InboxFull,

    /// <summary>No program was found that could run a handler in a process of its own.</summary>
    PowerShellNotFound,

    /// <summary>The TLS handshake failed for another reason than the peer's certificate: the peer speaks no TLS, or no version or cipher suite that is allowed here.</summary>
    HandshakeFailed,

    /// <summary>The TLS handshake was not complete within the time given.</summary>
    HandshakeTimeout,

    /// <summary>The peer ended TLS with an alert, such as one about the certificate of this side.</summary>
    TlsAlert,

    /// <summary>The connection ended without TLS's own end (close_notify): what came may not be all that was sent.</summary>
    ConnectionTruncated,

    /// <summary>The peer showed no certificate.</summary>
    CertificateMissing,

    /// <summary>The peer's certificate leads to no authority that is trusted, or is not genuine.</summary>
    CertificateNotTrusted,

    /// <summary>The peer's certificate is for other names.</summary>
    CertificateNameMismatch,

    /// <summary>The peer's certificate, or one above it, has expired.</summary>
    CertificateExpired,

    /// <summary>The peer's certificate, or one above it, is not valid yet.</summary>
    CertificateNotYetValid,

    /// <summary>The peer's certificate, or one above it, has a key or a signature that is too weak.</summary>
    CertificateTooWeak,

    /// <summary>The peer's certificate is not made for this: for a server, or for a client.</summary>
    CertificateWrongPurpose,

    /// <summary>The peer's certificate is none of those that are pinned or allowed.</summary>
    CertificateNotAllowed,

    /// <summary>A file of certificates or keys cannot be used: not in a known format, without a private key, or the key is of another certificate.</summary>
    CertificateFileInvalid,

    /// <summary>A private key cannot be opened with that password, or needs one.</summary>
    KeyPasswordWrong,

    /// <summary>A private key cannot be given to the processes that serve connections.</summary>
    CertificateNotExportable,

    /// <summary>Something came, unprotected, before the session went over to TLS; it could be anybody's.</summary>
    UnprotectedDataWaiting,

    /// <summary>The session is protected by TLS already.</summary>
    AlreadyProtected,

    /// <summary>The peer did not show the access token, or not in time.</summary>
    AccessDenied,

    /// <summary>A script of the server turned the connection away.</summary>
    TurnedAway,

    /// <summary>More connections wait to be admitted than may; this one was the oldest.</summary>
    TooManyHandshakes,

    /// <summary>A name of a user or a room is too long, empty, or has a character that it must not have.</summary>
    NameInvalid,

    /// <summary>Somebody else has that name, or one that looks like it.</summary>
    NameTaken,

    /// <summary>There is no user of that name.</summary>
    UserNotFound,

    /// <summary>There is no room of that name, or the user is not in it.</summary>
    RoomNotFound,

    /// <summary>There are as many rooms as there may be, or the user is in as many as a user may be in.</summary>
    TooManyRooms,

    /// <summary>There is no such command or request, or it lacks something.</summary>
    UnknownCommand,

    /// <summary>Only an operator may do that.</summary>
    NotOperator,

    /// <summary>The user may read but not speak.</summary>
    Muted,

    /// <summary>The user was put out by an operator.</summary>
    Kicked,

    /// <summary>The name or the address may not come in.</summary>
    Banned,

    /// <summary>The user did not read fast enough what the server sent.</summary>
    SlowReader,

    /// <summary>The server has no rooms, or speaks another version of their protocol.</summary>
    NoRooms,

    /// <summary>The text is longer than a message of a room may be, or empty.</summary>
    TextInvalid,
}
