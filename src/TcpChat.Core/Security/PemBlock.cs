namespace TcpChat.Security;

/// <summary>Where a PEM block's content lies in its file.</summary>
/// <param name="Label">What the block is called, such as CERTIFICATE.</param>
/// <param name="Offset">Where its base64 begins.</param>
/// <param name="Length">How long that is.</param>
/// <param name="DecodedLength">How long the content is.</param>
internal readonly record struct PemBlock(string Label, int Offset, int Length, int DecodedLength);
