namespace TcpChat.TestPeer;

/// <summary>How a connection ended, as this peer saw it. The first cause is kept.</summary>
public enum PeerEnd
{
    /// <summary>The other side closed or shut down its sending side.</summary>
    Eof,

    /// <summary>The other side reset the connection.</summary>
    Reset,

    /// <summary>This peer closed or reset the connection itself.</summary>
    Local,
}
