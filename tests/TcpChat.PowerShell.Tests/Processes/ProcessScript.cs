using TcpChat.PowerShell.Tests.Host;

namespace TcpChat.PowerShell.Tests.Processes;

/// <summary>
/// A script in tcpchat, which starts its processes as more of tcpchat: a machine with nothing but the .NET SDK has no other
/// PowerShell.
/// </summary>
internal sealed class ProcessScript : IDisposable
{
    /// <summary>A process of tcpchat takes a second of a processor to start, and other tests may be using them.</summary>
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    /// <summary>What scripts here share.</summary>
    private const string Functions = """
        $ErrorActionPreference = 'Stop'
        function Say($Text) { [Console]::Out.WriteLine($Text); [Console]::Out.Flush() }
        function WaitUntil([scriptblock] $Condition) {
            $time = [Diagnostics.Stopwatch]::StartNew()
            while (-not (& $Condition)) {
                if ($time.Elapsed.TotalSeconds -gt 30) { throw "Not within 30 s: $Condition" }
                [Threading.Thread]::Sleep(10)
            }
        }
        function ChildProcesses {
            foreach ($folder in [IO.Directory]::GetDirectories('/proc')) {
                try { $stat = [IO.File]::ReadAllText("$folder/stat") } catch { continue }
                if ($stat -match '\) \S (\d+)' -and $Matches[1] -eq $PID) { [int][IO.Path]::GetFileName($folder) }
            }
        }

        """;

    private readonly TemporaryFolder _folder = new();
    private readonly HostProcess _host;

    public ProcessScript(string script)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Looks at processes by /proc.");
        _host = HostProcess.Start(["-NoProfile", "-File", _folder.Write("script.ps1", Functions + script)]);
    }

    public HostProcess Host => _host;

    /// <summary>Runs a script to its end, and gives the lines it has said; an error fails the test.</summary>
    public static async Task<string[]> RunAsync(string script)
    {
        using ProcessScript running = new(script);
        return await running.EndAsync();
    }

    /// <summary>Its next line.</summary>
    public async Task<string> ReadLineAsync()
    {
        if (await _host.ReadLineAsync(s_limit) is { } line)
        {
            return line;
        }

        Assert.Fail((await _host.EndAsync()).Error);
        throw new InvalidOperationException();
    }

    /// <summary>The lines it still says until its end.</summary>
    public async Task<string[]> EndAsync()
    {
        HostOutcome outcome = await _host.EndAsync(s_limit);
        Assert.True(outcome.ExitCode == 0 && outcome.Error.Length == 0, outcome.Output + outcome.Error);
        return outcome.Lines;
    }

    public void Dispose()
    {
        _host.Dispose();
        _folder.Dispose();
    }
}
