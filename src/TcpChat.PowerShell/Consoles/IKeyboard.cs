using System.Diagnostics.CodeAnalysis;

namespace TcpChat.Consoles;

/// <summary>Where keys come from.</summary>
internal interface IKeyboard
{
    /// <summary>Gives the next key that has been pressed already, if there is one; does not wait.</summary>
    bool TryRead([NotNullWhen(true)] out ConsoleKeyInfo? key);
}
