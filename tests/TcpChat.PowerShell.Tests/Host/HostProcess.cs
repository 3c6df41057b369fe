using System.Diagnostics;

namespace TcpChat.PowerShell.Tests.Host;

/// <summary>The built tcpchat as a child process, every wait bounded.</summary>
internal sealed class HostProcess : IDisposable
{
    /// <summary>Longer than several PowerShells take to start on a busy machine; only a hang comes to it.</summary>
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly Task<string> _error;

    private HostProcess(ProcessStartInfo start)
    {
        _process = Process.Start(start)!;
        _error = _process.StandardError.ReadToEndAsync();
    }

    public int Id => _process.Id;

    /// <summary>The folder of the program: beside that of the tests, with the same configuration.</summary>
    public static string Folder { get; } = FindFolder();

    public static HostProcess Start(IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment = null)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(),
        };
        start.ArgumentList.Add(Path.Combine(Folder, "tcpchat.dll"));
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach ((string name, string? value) in environment ?? new Dictionary<string, string?>())
        {
            start.Environment[name] = value;
        }

        return new HostProcess(start);
    }

    public static Task<HostOutcome> RunAsync(params string[] arguments)
    {
        return RunAsync(arguments, input: "");
    }

    public static async Task<HostOutcome> RunAsync(
        IEnumerable<string> arguments, string input, IReadOnlyDictionary<string, string?>? environment = null)
    {
        using HostProcess host = Start(arguments, environment);
        await host._process.StandardInput.WriteAsync(input);
        host._process.StandardInput.Close();
        return await host.EndAsync();
    }

    /// <summary>Gives the program a line by its standard input.</summary>
    public async Task WriteLineAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
    }

    /// <summary>Waits for the program's next line: how a script says that it has come so far.</summary>
    /// <param name="limit">How long at most; null: as long as for anything.</param>
    public async Task<string?> ReadLineAsync(TimeSpan? limit = null)
    {
        return await _process.StandardOutput.ReadLineAsync().WaitAsync(limit ?? s_limit);
    }

    /// <summary>Waits for its end.</summary>
    /// <param name="limit">How long at most; null: as long as for anything.</param>
    public async Task<HostOutcome> EndAsync(TimeSpan? limit = null)
    {
        string output = await _process.StandardOutput.ReadToEndAsync().WaitAsync(limit ?? s_limit);
        string error = await _error.WaitAsync(s_limit);
        await _process.WaitForExitAsync().WaitAsync(s_limit);
        return new HostOutcome(_process.ExitCode, output, error);
    }

    /// <summary>Ends it as the system does when it must: it has no chance to do anything about it.</summary>
    public void Kill() => _process.Kill();

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }

    private static string FindFolder()
    {
        var tests = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        return Path.Combine(tests.Parent!.Parent!.FullName, "TcpChat.Host", tests.Name);
    }
}

/// <summary>What the program left behind.</summary>
internal sealed record HostOutcome(int ExitCode, string Output, string Error)
{
    public string[] Lines => Output.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries);
}
