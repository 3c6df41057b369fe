namespace TcpChat.Text;

/// <summary>What is known of a message's text before anyone has asked for it.</summary>
/// <param name="Text">The text, where it had to be decoded at once.</param>
/// <param name="Before">Bytes of a character that began in the piece before; null where there are none.</param>
/// <param name="Cut">How many bytes at the end belong to a character that ends in the next piece.</param>
internal readonly record struct MessageText(string? Text, byte[]? Before, int Cut);
