using System.Security.Authentication;
using TcpChat.Security;

namespace TcpChat.Display;

/// <summary>TLS in a narrow column of a table.</summary>
public static class TlsVersionText
{
    /// <summary>The version: 1.2 or 1.3; empty where nothing protects the session.</summary>
    public static string Format(TlsFacts? tls) => tls?.Protocol switch
    {
        null => string.Empty,
        SslProtocols.Tls12 => "1.2",
        SslProtocols.Tls13 => "1.3",
        _ => tls.Protocol.ToString(),
    };
}
