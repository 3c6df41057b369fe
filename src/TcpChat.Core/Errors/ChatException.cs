using System.Security.Cryptography.X509Certificates;
using TcpChat.Files;

namespace TcpChat.Errors;

/// <summary>The one exception of this library: an error code to act on, and a sentence to read.</summary>
public sealed class ChatException : IOException
{
    /// <summary>Makes an exception with its code.</summary>
    public ChatException(ChatErrorCode code, string message, Exception? innerException = null)
        : base(message, innerException)
    {
        Code = code;
    }

    /// <summary>What went wrong.</summary>
    public ChatErrorCode Code { get; }

    /// <summary>Where a file was not sent or received whole: how far it came. Null everywhere else.</summary>
    public FileTransfer? Transfer { get; init; }

    /// <summary>Where a wait for a pattern ended without one: the text that had arrived. Null everywhere else.</summary>
    public string? Received { get; init; }

    /// <summary>Where a peer's certificate was not accepted: that certificate. Null everywhere else.</summary>
    public X509Certificate2? PeerCertificate { get; init; }
}
