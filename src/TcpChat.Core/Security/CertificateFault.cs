using TcpChat.Errors;

namespace TcpChat.Security;

/// <summary>A check that a certificate has failed.</summary>
/// <param name="Code">Which check.</param>
/// <param name="Words">What the certificate says, as the end of a sentence whose "it" is the peer's certificate.</param>
internal readonly record struct CertificateFault(ChatErrorCode Code, string Words);
