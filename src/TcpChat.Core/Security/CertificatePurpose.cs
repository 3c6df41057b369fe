namespace TcpChat.Security;

/// <summary>What a certificate is made for.</summary>
public enum CertificatePurpose
{
    /// <summary>Other certificates are issued with it.</summary>
    Authority,

    /// <summary>A server shows it to its clients.</summary>
    Server,

    /// <summary>A client shows it to a server that requires one.</summary>
    Client,
}
