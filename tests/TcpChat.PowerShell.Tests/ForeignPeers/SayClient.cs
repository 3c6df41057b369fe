using System.Diagnostics;
using TcpChat.PowerShell.Tests.ForeignPeers;
using TcpChat.PowerShell.Tests.Host;

[assembly: AssemblyFixture(typeof(SayClient))]

namespace TcpChat.PowerShell.Tests.ForeignPeers;

/// <summary>say-client.c, compiled once when a test first needs it. Such a test is skipped where no C compiler is.</summary>
public sealed class SayClient : IDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder _folder = new();
    private readonly Lazy<string> _program;

    public SayClient() => _program = new Lazy<string>(Compile);

    public void Dispose() => _folder.Dispose();

    /// <summary>Starts one that connects to a port of this machine.</summary>
    internal ForeignProgram Connect(int port) => ForeignProgram.Start(_program.Value, $"{port}");

    private string Compile()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The client in C is one for Unix.");
        string? compiler = Array.Find(["cc", "gcc"], ForeignProgram.IsInstalled);
        Assert.SkipWhen(compiler is null, "No C compiler (cc, gcc) is installed.");

        string source = Path.Combine(Repository.Root, "tests", "TcpChat.PowerShell.Tests", "ForeignPeers", "say-client.c");
        string program = Path.Combine(_folder.FullName, "say-client");
        ProcessStartInfo start = new(compiler, ["-Wall", "-Wextra", "-Werror", "-o", program, source]) { RedirectStandardError = true };
        using Process compiling = Process.Start(start)!;
        Task<string> said = compiling.StandardError.ReadToEndAsync();
        Assert.True(compiling.WaitForExit(s_limit), $"{compiler} did not end within {s_limit.TotalSeconds} s.");
        Assert.True(compiling.ExitCode == 0, said.GetAwaiter().GetResult());
        return program;
    }
}
