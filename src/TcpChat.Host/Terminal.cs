using System.Management.Automation;
using System.Runtime.InteropServices;

namespace TcpChat.Host;

/// <summary>What the three standard streams are connected to, and keys read from the keyboard.</summary>
internal sealed partial class Terminal
{
    private const int WidthWhenRedirected = 120;
    private const int HeightWhenRedirected = 50;

    public Terminal()
    {
        IsInputRedirected = Console.IsInputRedirected;
        IsOutputRedirected = Console.IsOutputRedirected;
        IsErrorRedirected = Console.IsErrorRedirected;
        bool wantsColors = string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        UnderstandsEscapes = !IsOutputRedirected && TurnOnEscapes();
        PSStyle.Instance.OutputRendering = UnderstandsEscapes && wantsColors ? OutputRendering.Host : OutputRendering.PlainText;
    }

    public bool IsInputRedirected { get; }

    public bool IsOutputRedirected { get; }

    public bool IsErrorRedirected { get; }

    /// <summary>Whether escape sequences may be written to standard output.</summary>
    public bool UnderstandsEscapes { get; }

    public int Width => IsOutputRedirected || Console.WindowWidth <= 0 ? WidthWhenRedirected : Console.WindowWidth;

    public int Height => IsOutputRedirected || Console.WindowHeight <= 0 ? HeightWhenRedirected : Console.WindowHeight;

    /// <summary>Until disposed, Ctrl+C comes as a key: a signal would leave the reader of keys waiting.</summary>
    public static IDisposable ReadingKeys()
    {
        return new KeyReading();
    }

    /// <summary>Reads a key without showing it.</summary>
    public static ConsoleKeyInfo ReadKey()
    {
        using (ReadingKeys())
        {
            return Console.ReadKey(intercept: true);
        }
    }

    public static bool IsCtrlC(ConsoleKeyInfo key)
    {
        return key is { Key: ConsoleKey.C, Modifiers: ConsoleModifiers.Control };
    }

    private static bool TurnOnEscapes()
    {
        if (!OperatingSystem.IsWindows())
        {
            return Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb");
        }

        const int StandardOutput = -11;
        const uint EnableVirtualTerminalProcessing = 4;
        nint output = GetStdHandle(StandardOutput);
        return GetConsoleMode(output, out uint mode) && SetConsoleMode(output, mode | EnableVirtualTerminalProcessing);
    }

    [LibraryImport("kernel32")]
    private static partial nint GetStdHandle(int number);

    [LibraryImport("kernel32")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool GetConsoleMode(nint console, out uint mode);

    [LibraryImport("kernel32")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool SetConsoleMode(nint console, uint mode);

    private sealed class KeyReading : IDisposable
    {
        private readonly bool _before = Console.TreatControlCAsInput;

        public KeyReading()
        {
            Console.TreatControlCAsInput = true;
        }

        public void Dispose()
        {
            Console.TreatControlCAsInput = _before;
        }
    }
}
