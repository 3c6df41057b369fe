using System.Management.Automation.Host;

namespace TcpChat.Consoles;

/// <summary>Says whether a PowerShell host has a terminal: keys to read one by one, and a screen that understands escape sequences.</summary>
internal static class HostTerminal
{
    /// <summary>The name by which pwsh is known as a host.</summary>
    private const string Pwsh = "ConsoleHost";

    private const int DefaultColumns = 80;

    public static bool IsAt(PSHost host)
    {
        try
        {
            // Looked at once, because a host without keys says so only then; each in its own way.
            _ = host.UI.RawUI.KeyAvailable;
            _ = host.UI.RawUI.WindowSize;
            return host.UI.SupportsVirtualTerminal && !WritesToFile(host);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return false;
        }
    }

    /// <summary>The width of its window, in cells.</summary>
    public static int Columns(PSHost host)
    {
        int columns = host.UI.RawUI.WindowSize.Width;
        return columns > 0 ? columns : DefaultColumns;
    }

    /// <summary>pwsh on Unix does not tell through its interfaces that its output is no terminal.</summary>
    private static bool WritesToFile(PSHost host) => host.Name == Pwsh && Console.IsOutputRedirected;
}
