namespace TcpChat.Framing;

/// <summary>How messages are cut out of a stream of bytes.</summary>
public enum FramingKind
{
    /// <summary>A message is a line. LF ends it; a CR before the LF is taken away.</summary>
    Line,

    /// <summary>A message is whatever one read returned. Nothing is added on sending.</summary>
    Raw,

    /// <summary>A message follows its length in bytes: four bytes, big-endian, unsigned.</summary>
    LengthPrefixed,

    /// <summary>A message ends with a delimiter of one's own choice.</summary>
    Delimiter,
}
