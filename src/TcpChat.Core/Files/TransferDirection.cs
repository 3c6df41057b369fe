namespace TcpChat.Files;

/// <summary>Which way a file goes.</summary>
public enum TransferDirection
{
    /// <summary>From here to the peer.</summary>
    Sent,

    /// <summary>From the peer to here.</summary>
    Received,
}
