using System.Diagnostics.CodeAnalysis;
using System.Management.Automation.Host;

namespace TcpChat.Consoles;

/// <summary>The keyboard of a PowerShell host.</summary>
internal sealed class HostKeyboard(PSHostRawUserInterface host) : IKeyboard
{
    private const int AltKey = 18;
    private const ControlKeyStates Control = ControlKeyStates.LeftCtrlPressed | ControlKeyStates.RightCtrlPressed;
    private const ControlKeyStates Alt = ControlKeyStates.LeftAltPressed | ControlKeyStates.RightAltPressed;

    // With the releases of keys: on Windows they count as available, and a read of presses only would wait for the next press.
    private const ReadKeyOptions Options =
        ReadKeyOptions.NoEcho | ReadKeyOptions.AllowCtrlC | ReadKeyOptions.IncludeKeyDown | ReadKeyOptions.IncludeKeyUp;

    public bool TryRead([NotNullWhen(true)] out ConsoleKeyInfo? key)
    {
        while (host.KeyAvailable)
        {
            KeyInfo info = host.ReadKey(Options);

            // A character typed by its number comes when Alt is released.
            if (info.KeyDown || (info.VirtualKeyCode == AltKey && info.Character != '\0'))
            {
                key = Convert(info);
                return true;
            }
        }

        key = null;
        return false;
    }

    private static ConsoleKeyInfo Convert(KeyInfo info)
    {
        // On Unix, pwsh tells no modifiers: a control key is known by its character.
        bool isControlLetter = info.VirtualKeyCode is >= 'A' and <= 'Z' && info.Character == info.VirtualKeyCode - 'A' + 1;
        return new ConsoleKeyInfo(
            info.Character,
            (ConsoleKey)info.VirtualKeyCode,
            info.ControlKeyState.HasFlag(ControlKeyStates.ShiftPressed),
            (info.ControlKeyState & Alt) != 0,
            isControlLetter || (info.ControlKeyState & Control) != 0);
    }
}
