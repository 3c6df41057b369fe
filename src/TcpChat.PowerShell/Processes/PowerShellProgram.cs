namespace TcpChat.Processes;

/// <summary>The program that runs a handler in a process of its own: whichever PowerShell is running, or else one that is installed.</summary>
/// <param name="FileName">What to start.</param>
/// <param name="FirstArguments">What stands before the switches of PowerShell.</param>
internal sealed record PowerShellProgram(string FileName, IReadOnlyList<string> FirstArguments)
{
    private static readonly string[] s_names = ["pwsh", "tcpchat"];

    /// <summary>Finds it. Pure: what it has to know of the machine it is given.</summary>
    /// <param name="processPath">The program of this process.</param>
    /// <param name="entryAssembly">The assembly that it began with, where the program is dotnet.</param>
    /// <param name="home">The folder of the engine.</param>
    /// <param name="searchPath">The folders in which the system looks for programs.</param>
    /// <param name="exists">Whether there is such a file.</param>
    /// <param name="lookedFor">What was looked for, in a sentence, where nothing was found.</param>
    public static PowerShellProgram? Find(
        string? processPath, string? entryAssembly, string home, string? searchPath, Func<string, bool> exists, out string lookedFor)
    {
        lookedFor = string.Empty;
        string running = Path.GetFileNameWithoutExtension(processPath ?? string.Empty);
        if (processPath is not null && IsOurs(running))
        {
            return new PowerShellProgram(processPath, []);
        }

        if (processPath is not null && entryAssembly is not null && Is(running, "dotnet")
            && Is(Path.GetExtension(entryAssembly), ".dll") && IsOurs(Path.GetFileNameWithoutExtension(entryAssembly)))
        {
            return new PowerShellProgram(processPath, [entryAssembly]);
        }

        string file = OperatingSystem.IsWindows() ? "pwsh.exe" : "pwsh";
        string[] folders = [home, .. (searchPath ?? string.Empty).Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)];
        string? found = folders.Select(folder => Path.Combine(folder, file)).FirstOrDefault(exists);
        if (found is not null)
        {
            return new PowerShellProgram(found, []);
        }

        lookedFor = $"this process is {processPath ?? "unknown"}, which is neither pwsh nor tcpchat, "
            + $"and there is no {file} in {home} or in a folder of PATH";
        return null;
    }

    private static bool IsOurs(string name) => Array.Exists(s_names, known => Is(name, known));

    private static bool Is(string name, string known) => name.Equals(known, StringComparison.OrdinalIgnoreCase);
}
