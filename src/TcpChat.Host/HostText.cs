using System.Management.Automation;

namespace TcpChat.Host;

/// <summary>What the host says of itself: its version and how it is used.</summary>
internal static class HostText
{
    public const string Usage = """

        Usage: tcpchat [[-File] <filePath> [args]]
                       [-Command { - | <string> }]
                       [-CommandWithArgs <string> [args]] [-EncodedCommand <Base64EncodedCommand>]
                       [-ExecutionPolicy <ExecutionPolicy>] [-Interactive] [-NoExit] [-NoLogo]
                       [-NonInteractive] [-NoProfile] [-Version] [-WorkingDirectory <directoryPath>]

               tcpchat -h | -Help | -? | /?

        The PowerShell engine with the module TcpChat in it. The switches are pwsh's own. The engine's core
        commands are there; those of Microsoft.PowerShell.Utility and .Management come with PowerShell itself.
        With no switch: a prompt.

        """;

    /// <summary>The module's version, which the program shares.</summary>
    public static Version Version { get; } = Shorten(typeof(HostText).Assembly.GetName().Version);

    public static string VersionLine => $"tcpchat {Version} (PowerShell engine {PSVersionInfo.PSVersion.ToString(3)})";

    private static Version Shorten(Version? version)
    {
        return version is null ? new Version(0, 0, 0) : new Version(version.Major, version.Minor, version.Build);
    }
}
