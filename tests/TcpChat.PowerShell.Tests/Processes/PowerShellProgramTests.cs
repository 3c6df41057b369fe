using TcpChat.Processes;

namespace TcpChat.PowerShell.Tests.Processes;

/// <summary>Which program runs a handler in a process of its own.</summary>
public sealed class PowerShellProgramTests
{
    private static readonly string s_pwsh = OperatingSystem.IsWindows() ? "pwsh.exe" : "pwsh";

    [Theory]
    [InlineData("pwsh")]
    [InlineData("pwsh.exe")]
    [InlineData("tcpchat")]
    public void The_program_that_runs_is_started_again(string name)
    {
        string path = Path.Combine("bin", name);
        Assert.Equal((path, ""), Find(path, null));
    }

    [Theory]
    [InlineData("pwsh.dll")]
    [InlineData("tcpchat.dll")]
    public void Where_dotnet_runs_it_so_it_is_started(string name)
    {
        string assembly = Path.Combine("app", name);
        Assert.Equal(("dotnet", assembly), Find("dotnet", assembly));
    }

    [Fact]
    public void Another_program_takes_pwsh_from_the_engines_folder_and_else_from_the_first_folder_of_the_path()
    {
        string home = Path.Combine("home", s_pwsh);
        string first = Path.Combine("b", s_pwsh);
        Assert.Equal((home, ""), Find("testhost", "tests.dll", home, first));
        Assert.Equal((first, ""), Find("testhost", "tests.dll", first, Path.Combine("c", s_pwsh)));
        Assert.Equal((first, ""), Find("dotnet", "other.dll", first));
        Assert.Equal((first, ""), Find(null, null, first));
    }

    [Fact]
    public void Where_there_is_none_it_says_what_was_looked_for()
    {
        Assert.Null(PowerShellProgram.Find("testhost", "tests.dll", "home", "a", static _ => false, out string lookedFor));
        Assert.Contains("testhost", lookedFor, StringComparison.Ordinal);
        Assert.Contains("home", lookedFor, StringComparison.Ordinal);
        Assert.Contains("PATH", lookedFor, StringComparison.Ordinal);
    }

    private static (string FileName, string Arguments) Find(string? process, string? assembly, params string[] files)
    {
        string path = string.Join(Path.PathSeparator, "a", "b", "c");
        PowerShellProgram program = PowerShellProgram.Find(process, assembly, "home", path, files.Contains, out _)!;
        return (program.FileName, string.Join(' ', program.FirstArguments));
    }
}
