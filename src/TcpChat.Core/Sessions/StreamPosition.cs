namespace TcpChat.Sessions;

/// <summary>A place in what a session receives.</summary>
/// <param name="Message">The number of the message, from 1.</param>
/// <param name="Taken">How many bytes of its beginning have been taken.</param>
internal readonly record struct StreamPosition(long Message, int Taken);
