namespace TcpChat.Transport;

/// <summary>Finds what the peer has said about the end of TLS.</summary>
internal static class TlsAlert
{
    /// <summary>OpenSSL's word for what came from the peer, as in "tlsv13 alert certificate required".</summary>
    private const string Marker = " alert ";

    /// <summary>The alert in words; null where there is none, or the system's TLS does not tell.</summary>
    public static string? Of(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            int at = exception.Message.IndexOf(Marker, StringComparison.OrdinalIgnoreCase);
            if (at >= 0 && exception.Message.Contains("SSL routines", StringComparison.OrdinalIgnoreCase))
            {
                return exception.Message[(at + Marker.Length)..].TrimEnd('.');
            }
        }

        return null;
    }
}
