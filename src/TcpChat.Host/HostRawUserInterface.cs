using System.Management.Automation;
using System.Management.Automation.Host;
using TcpChat.LineEditing;

namespace TcpChat.Host;

/// <summary>The screen and the keyboard; where there is none, sizes and positions that harm nobody.</summary>
internal sealed class HostRawUserInterface(Terminal terminal) : PSHostRawUserInterface
{
    private const int CursorPercent = 25;

    public override ConsoleColor ForegroundColor
    {
        get => Console.ForegroundColor;
        set => Console.ForegroundColor = value;
    }

    public override ConsoleColor BackgroundColor
    {
        get => Console.BackgroundColor;
        set => Console.BackgroundColor = value;
    }

    public override Coordinates CursorPosition
    {
        get
        {
            if (!HasScreen)
            {
                return new Coordinates(0, 0);
            }

            (int left, int top) = Console.GetCursorPosition();
            return new Coordinates(left, top);
        }

        set
        {
            if (HasScreen)
            {
                Console.SetCursorPosition(value.X, value.Y);
            }
        }
    }

    public override int CursorSize
    {
        get => OperatingSystem.IsWindows() && HasScreen ? Console.CursorSize : CursorPercent;
        set
        {
            if (OperatingSystem.IsWindows() && HasScreen)
            {
                Console.CursorSize = value;
            }
        }
    }

    public override Size BufferSize
    {
        get => WindowSize;
        set => WindowSize = value;
    }

    public override Size WindowSize
    {
        get => new(terminal.Width, terminal.Height);
        set
        {
            if (OperatingSystem.IsWindows() && HasScreen)
            {
                Console.SetWindowSize(value.Width, value.Height);
            }
        }
    }

    public override Size MaxWindowSize => WindowSize;

    public override Size MaxPhysicalWindowSize => WindowSize;

    public override Coordinates WindowPosition { get; set; } = new(0, 0);

    public override string WindowTitle
    {
        get => OperatingSystem.IsWindows() && HasScreen ? Console.Title : "";
        set
        {
            if (HasScreen)
            {
                Console.Title = value;
            }
        }
    }

    /// <exception cref="InvalidOperationException">Standard input is not a terminal. So does pwsh tell it: there is no other way.</exception>
    public override bool KeyAvailable => Console.KeyAvailable;

    // The console asks the terminal itself where the cursor is, and reads the answer from the keyboard.
    private bool HasScreen => !terminal.IsOutputRedirected && !terminal.IsInputRedirected;

    public override KeyInfo ReadKey(ReadKeyOptions options)
    {
        if ((options & (ReadKeyOptions.IncludeKeyDown | ReadKeyOptions.IncludeKeyUp)) == 0)
        {
            throw new PSArgumentException("Say IncludeKeyDown, IncludeKeyUp or both.", nameof(options));
        }

        if (terminal.IsInputRedirected)
        {
            throw new PSInvalidOperationException("A key cannot be read: standard input is not a terminal.");
        }

        ConsoleKeyInfo key = Terminal.ReadKey();
        if (Terminal.IsCtrlC(key) && !options.HasFlag(ReadKeyOptions.AllowCtrlC))
        {
            throw new PipelineStoppedException();
        }

        if (!options.HasFlag(ReadKeyOptions.NoEcho) && !char.IsControl(key.KeyChar))
        {
            Console.Out.Write(key.KeyChar);
        }

        return new KeyInfo((int)key.Key, key.KeyChar, StateOf(key.Modifiers), options.HasFlag(ReadKeyOptions.IncludeKeyDown));
    }

    public override void FlushInputBuffer()
    {
        while (!terminal.IsInputRedirected && KeyAvailable)
        {
            Terminal.ReadKey();
        }
    }

    public override int LengthInBufferCells(char source)
    {
        return CellWidth.Of(source.ToString());
    }

    public override int LengthInBufferCells(string source)
    {
        return CellWidth.Of(source);
    }

    public override int LengthInBufferCells(string source, int offset)
    {
        return CellWidth.Of(source[offset..]);
    }

    public override BufferCell[,] GetBufferContents(Rectangle rectangle)
    {
        throw new PSNotSupportedException("A terminal does not tell what is on its screen.");
    }

    public override void ScrollBufferContents(Rectangle source, Coordinates destination, Rectangle clip, BufferCell fill)
    {
        throw new PSNotSupportedException("tcpchat does not scroll parts of the screen.");
    }

    public override void SetBufferContents(Coordinates origin, BufferCell[,] contents)
    {
        throw new PSNotSupportedException("tcpchat does not write cells of the screen.");
    }

    public override void SetBufferContents(Rectangle rectangle, BufferCell fill)
    {
        // Clear-Host fills the whole screen with blanks this way; filling a part is not for us.
        bool isWholeScreen = rectangle is { Left: -1, Top: -1, Right: -1, Bottom: -1 };
        if (!isWholeScreen)
        {
            throw new PSNotSupportedException("tcpchat does not write cells of the screen.");
        }

        if (HasScreen)
        {
            Console.Clear();
        }
    }

    private static ControlKeyStates StateOf(ConsoleModifiers modifiers)
    {
        ControlKeyStates state = default;
        state |= modifiers.HasFlag(ConsoleModifiers.Shift) ? ControlKeyStates.ShiftPressed : default;
        state |= modifiers.HasFlag(ConsoleModifiers.Control) ? ControlKeyStates.LeftCtrlPressed : default;
        state |= modifiers.HasFlag(ConsoleModifiers.Alt) ? ControlKeyStates.LeftAltPressed : default;
        return state;
    }
}
