namespace TcpChat.Framing;

/// <summary>What ends a line that is sent. Both are accepted on receiving.</summary>
public enum LineEnding
{
    /// <summary>Line feed, as Unix programs write it.</summary>
    Lf,

    /// <summary>Carriage return and line feed, as SMTP, IRC, HTTP and most Internet protocols ask for.</summary>
    CrLf,
}
